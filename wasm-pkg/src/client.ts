import type { Assignment } from "./assignment.js";
import type { Context } from "./context.js";
import { EdgewiseError, messageOf } from "./errors.js";
import { Exposures } from "./exposures.js";
import { initialize, initializeNow } from "./instance.js";
import { hashOf, poll, type Held, type Loaded } from "./loading.js";
import type { Persistence } from "./persistence.js";
import { Ruleset } from "./ruleset.js";
import { Store } from "./store.js";
import { Updates } from "./updates.js";
import type { WasmInput } from "./wasm.js";

/** The options of a client. */
export interface ClientOptions {
  /** The address that serves `configs/…`: an Edgewise server or a bucket. */
  readonly configUrl: string | URL;
  /** The environment's name. */
  readonly environment: string;
  /** Milliseconds between polls for a new version: 5000 by default. 0: the client polls only on `refresh`. */
  readonly pollingInterval?: number;
  /** Whether to receive updates by server-sent events, from `{configUrl}/api/stream` or the given address. If the server has no such stream, the client keeps polling. */
  readonly stream?: boolean | string | URL;
  /** The bytes of a ruleset to start with, for example embedded in a page by the server. */
  readonly ruleset?: Uint8Array | ArrayBuffer;
  /** Where the client saves the last ruleset, so that the next client starts immediately: `inLocalStorage()`, `inIndexedDb()`. */
  readonly persistence?: Persistence;
  /** Called when `variant` returns an assignment, once for each user, experiment and variant. */
  readonly onExposure?: (assignment: Assignment, userKey: string) => void;
  /** Called with an error of background work when the error first occurs or changes. By default, the client logs a warning. */
  readonly onError?: (error: EdgewiseError) => void;
  /** The function to use instead of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** The WASM file, if the package cannot find the file. As for `initialize`. */
  readonly wasm?: WasmInput | PromiseLike<WasmInput>;
}

/** Decides for users from the newest ruleset of an environment. */
export interface Client {
  /** Resolves when a ruleset is loaded. Rejects if the first poll fails; the client keeps polling. */
  readonly ready: Promise<void>;
  /** The version of the current ruleset; `undefined` before a ruleset is loaded. */
  readonly version: number | undefined;
  /**
   * Decides all experiments for one user, in the order of the snapshot.
   *
   * @throws {EdgewiseError} `not-ready` before a ruleset is loaded, `closed`, `bad-argument`
   */
  decide(userKey: string, context?: Context): readonly Assignment[];
  /**
   * Returns the user's assignment in one experiment, if there is one.
   *
   * @throws {EdgewiseError} as `decide`
   */
  variant(experimentKey: string, userKey: string, context?: Context): Assignment | undefined;
  /** Calls `listener` with each new version. Returns a function that removes the listener. */
  onUpdate(listener: (version: number) => void): () => void;
  /** Polls for a new version now. Rejects if the poll fails. */
  refresh(): Promise<void>;
  /** Ends all background work and releases memory. Later calls throw. */
  close(): void;
  /** As `close`, for `using`. */
  [Symbol.dispose](): void;
}

/**
 * Creates a client that follows an environment.
 *
 * @throws {EdgewiseError} `bad-argument`
 */
export function createClient(options: ClientOptions): Client {
  return new FollowingClient(options);
}

const ENVIRONMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const DEFAULT_INTERVAL = 5000;

class FollowingClient implements Client {
  readonly ready: Promise<void>;
  readonly #options: ClientOptions;
  readonly #key: string;
  readonly #store: Store;
  readonly #updates: Updates;
  readonly #exposures: Exposures | undefined;
  readonly #closing = new AbortController();
  readonly #listeners = new Set<(version: number) => void>();
  #ruleset: Ruleset | undefined;
  /** The loaded version of the store. Undefined for a saved ruleset, which any version in the store replaces. */
  #held: Held | undefined;
  /** The message of the last reported error. */
  #reported: string | undefined;

  constructor(options: ClientOptions) {
    const { configUrl, environment, pollingInterval, stream, onExposure } = checked(options);
    const url = String(configUrl).replace(/\/+$/, "");
    const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    const closed = this.#closing.signal;
    this.#options = options;
    this.#key = `edgewise ${url} ${environment}`;
    this.#store = new Store(url, fetch, closed);
    this.#exposures = onExposure === undefined ? undefined : new Exposures(onExposure);
    this.#updates = new Updates(() => this.#poll(), {
      interval: pollingInterval ?? DEFAULT_INTERVAL,
      stream: stream === true ? `${url}/api/stream?env=${environment}` : stream ? String(stream) : undefined,
      fetch: options.fetch,
    });
    this.ready = this.#begin();
    // Callers that do not await `ready` receive the error by `onError`.
    this.ready.catch(() => undefined);
  }

  get version(): number | undefined {
    return this.#ruleset?.version;
  }

  decide(userKey: string, context?: Context): readonly Assignment[] {
    return (this.#ruleset ?? this.#missing()).decide(userKey, context);
  }

  variant(experimentKey: string, userKey: string, context?: Context): Assignment | undefined {
    const assignment = (this.#ruleset ?? this.#missing()).variant(experimentKey, userKey, context);
    if (assignment !== undefined) this.#exposures?.record(assignment, userKey);
    return assignment;
  }

  onUpdate(listener: (version: number) => void): () => void {
    if (typeof listener !== "function") throw new EdgewiseError("bad-argument", "`onUpdate` needs a function");
    // A wrapper, because the same function may be added twice.
    const added = (version: number): void => listener(version);
    this.#listeners.add(added);
    return () => this.#listeners.delete(added);
  }

  async refresh(): Promise<void> {
    if (this.#closing.signal.aborted) throw closedError();
    await initialize(this.#options.wasm);
    await this.#updates.now();
  }

  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(closedError());
    this.#updates.close();
    this.#listeners.clear();
    this.#ruleset?.close();
    this.#ruleset = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #missing(): never {
    if (this.#closing.signal.aborted) throw closedError();
    throw new EdgewiseError("not-ready", "there is no ruleset yet: `await client.ready` first, or create the client with `ruleset`");
  }

  /** Runs synchronously up to the first `await`: if the WASM file can be loaded synchronously, the client can decide from `ruleset` immediately. */
  async #begin(): Promise<void> {
    const { wasm, ruleset, persistence } = this.#options;
    if (!initializeNow(wasm)) await initialize(wasm);
    if (this.#closing.signal.aborted) throw closedError();
    if (ruleset !== undefined) this.#installGiven(ruleset);
    const polled = this.#updates.start();
    if (this.#ruleset !== undefined) {
      polled.catch(() => undefined);
    } else if (persistence === undefined) {
      await polled;
    } else {
      // Wait for the first to succeed. If both fail, the result is the error of the store.
      await Promise.any([polled, this.#restore(persistence)]).catch(() => polled);
    }
  }

  /** Starts with the ruleset of the options. */
  #installGiven(bytes: Uint8Array | ArrayBuffer): void {
    try {
      const ruleset = this.#checked(Ruleset.load(bytes));
      const { version } = ruleset;
      this.#install(ruleset, { pointer: version, version, content: hashOf(bytes).catch(() => undefined) });
    } catch (problem) {
      this.#report(problem);
    }
  }

  /** Starts with the saved ruleset of an earlier client, unless a ruleset is loaded already. */
  async #restore(persistence: Persistence): Promise<void> {
    const bytes = await persistence.load(this.#key);
    if (bytes === undefined || this.#ruleset !== undefined || this.#closing.signal.aborted) {
      throw new EdgewiseError("no-config", "no saved ruleset is needed");
    }
    this.#install(this.#checked(Ruleset.load(bytes)), undefined);
  }

  #checked(ruleset: Ruleset): Ruleset {
    const { environment } = ruleset;
    if (environment === this.#options.environment) return ruleset;
    ruleset.close();
    throw new EdgewiseError("bad-ruleset", `the ruleset belongs to environment \`${environment}\``);
  }

  async #poll(): Promise<void> {
    const { signal } = this.#closing;
    try {
      this.#store.begin();
      const loaded = await poll(this.#store, this.#options.environment, this.#held);
      if (signal.aborted) loaded?.ruleset.close();
      signal.throwIfAborted();
      this.#store.remember();
      if (loaded !== undefined) this.#swap(loaded);
      this.#reported = undefined;
    } catch (problem) {
      throw signal.aborted ? closedError() : this.#report(problem);
    }
  }

  #swap({ ruleset, bytes, held }: Loaded): void {
    const now = this.#ruleset;
    if (now?.version === ruleset.version && now.snapshotHash === ruleset.snapshotHash) {
      // The saved ruleset is the live version.
      ruleset.close();
      this.#held = held;
      return;
    }
    this.#install(ruleset, held);
    void this.#save(bytes);
  }

  #install(ruleset: Ruleset, held: Held | undefined): void {
    const old = this.#ruleset;
    this.#ruleset = ruleset;
    this.#held = held;
    old?.close();
    for (const listener of this.#listeners) callSafely(() => listener(ruleset.version));
  }

  async #save(bytes: Uint8Array): Promise<void> {
    try {
      await this.#options.persistence?.save(this.#key, bytes);
    } catch {
      // If saving fails, only the immediate start of the next client is lost.
    }
  }

  /** Reports an error, unless the last report has the same message. */
  #report(problem: unknown): EdgewiseError {
    const error =
      problem instanceof EdgewiseError ? problem : new EdgewiseError("store-failed", messageOf(problem), { cause: problem });
    if (this.#reported !== error.message) {
      this.#reported = error.message;
      const { onError } = this.#options;
      if (onError === undefined) console.warn(`edgewise: ${error.message}`);
      else callSafely(() => onError(error));
    }
    return error;
  }
}

/** Calls a callback of the application. Errors of the callback are logged, and do not affect the client. */
function callSafely(callback: () => void): void {
  try {
    callback();
  } catch (problem) {
    console.error("edgewise: a listener failed:", problem);
  }
}

function closedError(): EdgewiseError {
  return new EdgewiseError("closed", "the client is closed: create another one");
}

function checked(options: ClientOptions): ClientOptions {
  const refuse = (problem: string): never => {
    throw new EdgewiseError("bad-argument", problem);
  };
  if (typeof options !== "object" || options === null) {
    refuse("`createClient` needs options: at least `configUrl` and `environment`");
  }
  const { configUrl, environment, pollingInterval, ruleset, onExposure, onError, fetch } = options;
  if (!(configUrl instanceof URL) && (typeof configUrl !== "string" || configUrl === "")) {
    refuse("`configUrl` must be the address that serves `configs/…`, such as https://flags.example.com");
  }
  if (typeof environment !== "string" || !ENVIRONMENT.test(environment)) {
    refuse("`environment` must be the name of an environment, such as `prod`");
  }
  if (pollingInterval !== undefined && !(typeof pollingInterval === "number" && pollingInterval >= 0 && pollingInterval < 2 ** 31)) {
    refuse("`pollingInterval` must be a number of milliseconds, or 0 to poll only on `refresh()`");
  }
  if (ruleset !== undefined && !(ruleset instanceof Uint8Array || ruleset instanceof ArrayBuffer)) {
    refuse("`ruleset` must be a Uint8Array or ArrayBuffer with the bytes of a ruleset");
  }
  for (const [name, value] of Object.entries({ onExposure, onError, fetch })) {
    if (value !== undefined && typeof value !== "function") refuse(`\`${name}\` must be a function`);
  }
  return options;
}
