import { EdgewiseError, messageOf } from "./errors.js";
import { instance } from "./instance.js";
import { Ruleset } from "./ruleset.js";
import type { Store } from "./store.js";

/** The versions that a reader has loaded. */
export interface Held {
  /** The version in version.json; without a version.json, the version of the snapshot. */
  readonly pointer: number;
  /** The version of the loaded ruleset. */
  readonly version: number;
}

/** A newer version, which the reader is to swap in. */
export interface Loaded {
  readonly ruleset: Ruleset;
  readonly bytes: Uint8Array;
  readonly held: Held;
}

const text = new TextDecoder();

/**
 * Polls an environment: from reading the pointer to a loaded ruleset. Returns `undefined` if the reader has the live
 * version.
 *
 * ```text
 *                 found n, newer                  found
 * version.json ──────────────────▶ ruleset n ───────────────▶ loaded
 *   │      └ not newer ▶ current      │ absent        corrupt ▶ error
 *   │                                 ▼               found
 *   │ absent                       snapshot n ──────────────▶ loaded
 *   │                                 │ absent        corrupt ▶ error
 *   │                                 ▼               ┌─▶ newer ▶ loaded
 *   └────────────────────────────▶ latest.json ───────┼─▶ not newer ▶ current
 *                                                     └─▶ absent ▶ error
 * ```
 *
 * All readers follow the same protocol (`loading.rs` of the crate `edgewise-api`). A store that was not written by
 * Edgewise has no rulesets; the reader compiles the snapshots of such a store with code that is loaded on demand.
 *
 * @throws {EdgewiseError} `no-config`, `store-failed` or `store-corrupt`. The reader keeps the loaded version.
 */
export async function poll(store: Store, environment: string, held: Held | undefined): Promise<Loaded | undefined> {
  const root = `configs/${environment}`;
  const pointer = `${root}/version.json`;
  const found = await store.get(pointer, held !== undefined);
  if (found === "unchanged") return undefined;
  if (found === "absent") return latest(store, environment, held, undefined);

  const version = versionOf(pointer, found);
  if (held !== undefined && version <= held.pointer) return undefined;
  const path = `${root}/rulesets/${instance().exports.format()}/${version}.bin`;
  const bytes = await store.get(path);
  if (bytes instanceof Uint8Array) {
    const ruleset = load(path, bytes);
    if (ruleset.version !== version) {
      throw refuse(ruleset, path, `it has version ${ruleset.version}`);
    }
    if (ruleset.environment !== environment) {
      throw refuse(ruleset, path, `it belongs to environment \`${ruleset.environment}\``);
    }
    return newer(path, ruleset, bytes, held, version);
  }
  const snapshot = await store.get(`${root}/snapshots/${version}.json`);
  if (snapshot instanceof Uint8Array) {
    return compiled(`${root}/snapshots/${version}.json`, snapshot, held, version);
  }
  return latest(store, environment, held, version);
}

async function latest(
  store: Store,
  environment: string,
  held: Held | undefined,
  pointer: number | undefined,
): Promise<Loaded | undefined> {
  const path = `configs/${environment}/snapshots/latest.json`;
  const snapshot = await store.get(path, pointer === undefined && held !== undefined);
  if (snapshot === "unchanged") return undefined;
  if (snapshot !== "absent") return compiled(path, snapshot, held, undefined);
  if (pointer !== undefined) {
    throw corrupt(`configs/${environment}/version.json`, `it points to version ${pointer}, which has no snapshot`);
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
  pointer: number | undefined,
): Promise<Loaded | undefined> {
  const { compile } = await import("./compile.js");
  let bytes;
  try {
    bytes = await compile(json);
  } catch (problem) {
    if (problem instanceof EdgewiseError && problem.code === "bad-snapshot") throw corrupt(path, problem.message);
    throw problem;
  }
  return newer(path, load(path, bytes), bytes, held, pointer);
}

function newer(
  path: string,
  ruleset: Ruleset,
  bytes: Uint8Array,
  held: Held | undefined,
  pointer: number | undefined,
): Loaded | undefined {
  const { version } = ruleset;
  if (held !== undefined && pointer === undefined && version <= held.version) {
    ruleset.close();
    return undefined;
  }
  if (held !== undefined && version < held.version) {
    throw refuse(ruleset, path, `it has version ${version}, older than ${held.version}`);
  }
  return { ruleset, bytes, held: { pointer: pointer ?? version, version } };
}

function versionOf(path: string, json: Uint8Array): number {
  let pointer: unknown;
  try {
    pointer = JSON.parse(text.decode(json));
  } catch (problem) {
    throw corrupt(path, messageOf(problem));
  }
  const version = typeof pointer === "object" && pointer !== null && "version" in pointer ? pointer.version : undefined;
  if (typeof version !== "number" || !Number.isSafeInteger(version) || version < 0) {
    throw corrupt(path, "it has no version");
  }
  return version;
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
