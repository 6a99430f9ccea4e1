import { compile } from "./compile.js";
import { EdgewiseError, messageOf } from "./errors.js";
import { instance } from "./instance.js";
import { Ruleset } from "./ruleset.js";
import type { Found, Reading } from "./store.js";

/** The version that a reader has loaded. */
export interface Held {
  /** The version in version.json; without a version.json, the version of the snapshot. */
  readonly pointer: number;
  /** The version of the loaded ruleset. */
  readonly version: number;
  /** The hash in version.json of the ruleset, or else of the snapshot; `undefined` if version.json had none. */
  readonly content: string | undefined | (() => Promise<string | undefined>);
}

/** What version.json says of a version. */
type Named = Omit<Held, "version">;

/** The content of version.json. A malformed hash counts as missing. */
interface Pointer {
  readonly version: number;
  readonly ruleset: string | undefined;
  readonly snapshot: string | undefined;
}

/** That an object has other content than this version.json says. */
interface Mismatch {
  readonly pointer: Pointer;
  readonly problem: EdgewiseError;
}

/** A newer version, or other content of the same version, which the reader is to swap in. */
export interface Loaded {
  readonly ruleset: Ruleset;
  readonly bytes: Uint8Array;
  readonly held: Held;
}

/**
 * Polls an environment: from reading the pointer to a loaded ruleset. Returns `undefined` if the reader has the live
 * version.
 *
 * ```text
 *                 found n, to load                found
 * version.json ──────────────────▶ ruleset n ───────────────▶ loaded
 *   │      └ held ▶ current           │ absent        corrupt ▶ error
 *   │                                 ▼               found
 *   │ absent                       snapshot n ──────────────▶ loaded
 *   │                                 │ absent        corrupt ▶ error
 *   │                                 ▼               ┌─▶ newer ▶ loaded
 *   └────────────────────────────▶ latest.json ───────┼─▶ not newer ▶ current
 *                                                     └─▶ absent ▶ error
 * ```
 *
 * All readers follow the same protocol (`loading.rs` of the crate `edgewise-api`, which explains the hashes). A store that
 * was not written by Edgewise has no rulesets; the reader compiles the snapshots of such a store with a WASM file that is
 * loaded on demand.
 *
 * | version.json names | hash | the reader |
 * |---|---|---|
 * | a higher number than the held one, or any if none is held | any or none | loads |
 * | the held number | none, or the held one | has the live version |
 * | the held number | another one, or none is held | loads |
 * | a lower number | any or none | has the live version |
 *
 * An object with another hash than in version.json is fetched again, past all caches. If the hash differs then, too, a cache
 * may have kept version.json too long: it is fetched again, past all caches. The object is corrupt if version.json has the same
 * hashes then, or if an object differs from the new hashes, too. latest.json is the named version only if it has the hash of
 * the named snapshot. Pages that are not secure cannot hash: only the address contains the hash.
 *
 * @param mismatch Why version.json is read again, past all caches.
 * @throws {EdgewiseError} `no-config`, `store-failed` or `store-corrupt`. The reader keeps the loaded version.
 */
export async function poll(
  store: Reading,
  environment: string,
  held: Held | undefined,
  mismatch?: Mismatch,
): Promise<Loaded | undefined> {
  const root = `configs/${environment}`;
  const pointerPath = `${root}/version.json`;
  const format = instance().exports.format();
  const again = mismatch !== undefined;
  const found = await store.get(pointerPath, held !== undefined && !again, undefined, again);
  if (found === "unchanged") return undefined;
  if (found === "absent") return latest(store, environment, held, undefined);

  const pointer = pointerOf(pointerPath, found, format);
  const { version } = pointer;
  const content = pointer.ruleset ?? pointer.snapshot;
  if (held !== undefined && version <= held.pointer) {
    if (version < held.pointer || content === undefined || content === (await contentOf(held))) return undefined;
  }
  if (again && pointer.ruleset === mismatch.pointer.ruleset && pointer.snapshot === mismatch.pointer.snapshot) {
    throw mismatch.problem;
  }
  const differs = (problem: EdgewiseError): Promise<Loaded | undefined> => {
    if (again) throw problem;
    return poll(store, environment, held, { pointer, problem });
  };
  const path = `${root}/rulesets/${format}/${version}.bin`;
  const bytes = await object(store, path, pointer.ruleset);
  if (bytes instanceof EdgewiseError) return differs(bytes);
  if (bytes instanceof Uint8Array) {
    const ruleset = load(path, bytes);
    if (ruleset.version !== version) {
      throw refuse(ruleset, path, `it has version ${ruleset.version}`);
    }
    if (ruleset.environment !== environment) {
      throw refuse(ruleset, path, `it belongs to environment \`${ruleset.environment}\``);
    }
    return newer(path, ruleset, bytes, held, { pointer: version, content });
  }
  const snapshotPath = `${root}/snapshots/${version}.json`;
  const snapshot = await object(store, snapshotPath, pointer.snapshot);
  if (snapshot instanceof EdgewiseError) return differs(snapshot);
  if (snapshot instanceof Uint8Array) return compiled(snapshotPath, snapshot, held, { pointer: version, content });
  return latest(store, environment, held, { pointer: version, content }, pointer.snapshot);
}

/** Reads an object that never changes. Returns an error if the object has another hash, past all caches, too. */
async function object(store: Reading, path: string, hash: string | undefined): Promise<Found | EdgewiseError> {
  for (const pastCaches of [false, true]) {
    const found = await store.get(path, false, hash, pastCaches);
    if (hash === undefined || !(found instanceof Uint8Array) || (await hasHash(found, hash))) return found;
  }
  return corrupt(path, "it has other content than version.json says");
}

/** Returns whether bytes have a hash; on a page that is not secure, always `true`. */
async function hasHash(bytes: Uint8Array, hash: string): Promise<boolean> {
  return ((await hashOf(bytes)) ?? hash) === hash;
}

/** Returns the SHA-256 of bytes in hexadecimal; `undefined` on a page that is not secure. */
export async function hashOf(bytes: Uint8Array): Promise<string | undefined> {
  // Not all runtimes have this object.
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) return undefined;
  const hash = new Uint8Array(await subtle.digest("SHA-256", bytes as BufferSource));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function latest(
  store: Reading,
  environment: string,
  held: Held | undefined,
  named: Named | undefined,
  hash?: string,
): Promise<Loaded | undefined> {
  const path = `configs/${environment}/snapshots/latest.json`;
  const snapshot = await store.get(path, named === undefined && held !== undefined);
  if (snapshot === "unchanged") return undefined;
  if (snapshot !== "absent") {
    // latest.json may stand in for the snapshot that version.json names.
    const standsIn = hash !== undefined && (await hasHash(snapshot, hash));
    // Otherwise, the next poll looks for the named version again.
    if (!standsIn) store.forget(`configs/${environment}/version.json`);
    return compiled(path, snapshot, held, standsIn ? named : undefined, true);
  }
  if (named !== undefined) {
    throw corrupt(`configs/${environment}/version.json`, `it points to version ${named.pointer}, which has no snapshot`);
  }
  throw new EdgewiseError(
    "no-config",
    `nothing is published for environment \`${environment}\`: check \`configUrl\` and \`environment\`, or publish it`,
  );
}

async function compiled(
  path: string,
  json: Uint8Array,
  held: Held | undefined,
  named: Named | undefined,
  isLatest = false,
): Promise<Loaded | undefined> {
  let bytes;
  try {
    bytes = await compile(json);
  } catch (problem) {
    if (problem instanceof EdgewiseError && problem.code === "bad-snapshot") throw corrupt(path, problem.message);
    throw problem;
  }
  const ruleset = load(path, bytes);
  return newer(path, ruleset, bytes, held, isLatest && ruleset.version !== named?.pointer ? undefined : named);
}

async function contentOf({ content }: Held): Promise<string | undefined> {
  return typeof content === "function" ? content() : content;
}

function newer(
  path: string,
  ruleset: Ruleset,
  bytes: Uint8Array,
  held: Held | undefined,
  named: Named | undefined,
): Loaded | undefined {
  const { version } = ruleset;
  if (held !== undefined && named === undefined && version <= held.version) {
    ruleset.close();
    return undefined;
  }
  if (held !== undefined && version < held.version) {
    throw refuse(ruleset, path, `it has version ${version}, older than ${held.version}`);
  }
  return { ruleset, bytes, held: { ...(named ?? { pointer: version, content: undefined }), version } };
}

function pointerOf(path: string, json: Uint8Array, format: number): Pointer {
  let pointer: unknown;
  try {
    pointer = JSON.parse(new TextDecoder().decode(json));
  } catch (problem) {
    throw corrupt(path, messageOf(problem));
  }
  const { version, sha256 } = members(pointer);
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 0) {
    throw corrupt(path, "it has no version");
  }
  const { snapshot, rulesets } = members(sha256);
  return { version, snapshot: hashIn(snapshot), ruleset: hashIn(members(rulesets)[format]) };
}

function members(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function hashIn(value: unknown): string | undefined {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value) ? value : undefined;
}

function load(path: string, bytes: Uint8Array): Ruleset {
  try {
    return Ruleset.load(bytes);
  } catch (problem) {
    if (problem instanceof EdgewiseError && problem.code === "bad-ruleset") throw corrupt(path, problem.message);
    throw problem;
  }
}

function refuse(ruleset: Ruleset, path: string, problem: string): EdgewiseError {
  ruleset.close();
  return corrupt(path, problem);
}

function corrupt(path: string, problem: string): EdgewiseError {
  return new EdgewiseError("store-corrupt", `\`${path}\` is corrupt: ${problem}`);
}
