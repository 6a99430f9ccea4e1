import type { Assignment } from "./assignment.js";
import type { Context } from "./context.js";
import { EdgewiseError, messageOf } from "./errors.js";
import { Exposures } from "./exposures.js";
import { initialize, initializeNow } from "./instance.js";
import { look, type Held, type Loaded } from "./loading.js";
import type { Persistence } from "./persistence.js";
import { Ruleset } from "./ruleset.js";
import { Store } from "./store.js";
import { Updates } from "./updates.js";
import type { WasmInput } from "./wasm.js";

/** How a client finds and follows an environment. */
export interface ClientOptions {
  /** Where `configs/…` is served: an Edgewise address, or that of a bucket. */
  readonly configUrl: string | URL;
  /** The environment's name. */
  readonly environment: string;
  /** Milliseconds between looks for something new: 5000 by default. 0: never, but on `refresh`. */
  readonly pollingInterval?: number;
  /** Whether to be told of news by server-sent events, from `{configUrl}/api/stream` or the address given. Where there are none, polling goes on. */
  readonly stream?: boolean | string | URL;
  /** A ruleset to begin with, as bytes, such as a server has put into its page. */
  readonly ruleset?: Uint8Array | ArrayBuffer;
  /** Where to keep the last ruleset, so that the next client starts at once: `inLocalStorage()`, `inIndexedDb()`. */
  readonly persistence?: Persistence;
  /** Told when a user first gets to see a variant: of what `variant` returns, once for each user, experiment and variant. */
  readonly onExposure?: (assignment: Assignment, userKey: string) => void;
  /** Told what goes wrong in the background, when it begins and when it changes. By default it is warned of on the console. */
  readonly onError?: (error: EdgewiseError) => void;
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** The WASM file, if it cannot be found by itself. As for `initialize`. */
  readonly wasm?: WasmInput | PromiseLike<WasmInput>;
}

/** Decides for users from the newest ruleset of an environment. */
export interface Client {
  /** Settled when there is something to decide from, or when the first look for it has failed. Looking goes on then. */
  readonly ready: Promise<void>;
  /** The version that is decided from; `undefined` before there is one. */
  readonly version: number | undefined;
  /**
   * Decides all experiments for one user, in the order of the snapshot.
   *
   * @throws {EdgewiseError} `not-ready` before there is a ruleset, `closed`, `bad-argument`
   */
  decide(userKey: string, context?: Context): readonly Assignment[];
  /**
   * The user's assignment in one experiment, if there is one.
   *
   * @throws {EdgewiseError} as `decide`
   */
  variant(experimentKey: string, userKey: string, context?: Context): Assignment | undefined;
  /** Has a function called with the version whenever there is a new one. Returns how to stop that. */
  onUpdate(listener: (version: number) => void): () => void;
  /** Looks for something new now. Rejects if that fails. */
  refresh(): Promise<void>;
  /** Ends all background work and gives memory back. Calls throw then. */
  close(): void;
  /** As `close`, for `using`. */
  [Symbol.dispose](): void;
}

/**
 * A client that follows an environment.
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
  /** What is held of the store; nothing if the ruleset is a kept one, which yields to whatever the store has. */
  #held: Held | undefined;
  /** The last problem that was told of. */
  #problem: string | undefined;

  constructor(options: ClientOptions) {
    const { configUrl, environment, pollingInterval, stream, onExposure } = checked(options);
    const url = String(configUrl).replace(/\/+$/, "");
    const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    const closed = this.#closing.signal;
    this.#options = options;
    this.#key = `edgewise ${url} ${environment}`;
    this.#store = new Store(url, fetch, closed);
    this.#exposures = onExposure === undefined ? undefined : new Exposures(onExposure);
    this.#updates = new Updates(() => this.#look(), {
      interval: pollingInterval ?? DEFAULT_INTERVAL,
      stream: stream === true ? `${url}/api/stream?env=${environment}` : stream ? String(stream) : undefined,
      fetch,
      closed,
    });
    this.ready = this.#begin();
    // Who does not wait for it is told by `onError`.
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
    if (typeof listener !== "function") throw new EdgewiseError("bad-argument", "`onUpdate` needs a function to call");
    // The same function may be added twice.
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

  /** Runs up to its first `await` within the constructor: where the WASM file is at hand, `ruleset` can be decided from at once. */
  async #begin(): Promise<void> {
    const { wasm, ruleset, persistence } = this.#options;
    if (!initializeNow(wasm)) await initialize(wasm);
    if (this.#closing.signal.aborted) throw closedError();
    if (ruleset !== undefined) this.#take(ruleset);
    const looked = this.#updates.start();
    if (this.#ruleset !== undefined) {
      looked.catch(() => undefined);
    } else if (persistence === undefined) {
      await looked;
    } else {
      // Whichever comes first; if neither does, what the store said.
      await Promise.any([looked, this.#restore(persistence)]).catch(() => looked);
    }
  }

  /** Begins with a ruleset that was handed over. */
  #take(bytes: Uint8Array | ArrayBuffer): void {
    try {
      const ruleset = this.#own(Ruleset.load(bytes));
      this.#install(ruleset, { pointer: ruleset.version, version: ruleset.version });
    } catch (problem) {
      this.#report(problem);
    }
  }

  /** Begins with the ruleset that another client has kept, unless there is one already. */
  async #restore(persistence: Persistence): Promise<void> {
    const bytes = await persistence.load(this.#key);
    if (bytes === undefined || this.#ruleset !== undefined || this.#closing.signal.aborted) {
      throw new EdgewiseError("no-config", "nothing is kept, or it is not needed");
    }
    this.#install(this.#own(Ruleset.load(bytes)), undefined);
  }

  #own(ruleset: Ruleset): Ruleset {
    const { environment } = ruleset;
    if (environment === this.#options.environment) return ruleset;
    ruleset.close();
    throw new EdgewiseError("bad-ruleset", `the ruleset is of another environment, \`${environment}\``);
  }

  async #look(): Promise<void> {
    const { signal } = this.#closing;
    try {
      this.#store.begin();
      const loaded = await look(this.#store, this.#options.environment, this.#held);
      if (signal.aborted) loaded?.ruleset.close();
      signal.throwIfAborted();
      this.#store.remember();
      if (loaded !== undefined) this.#swap(loaded);
      this.#problem = undefined;
    } catch (problem) {
      throw signal.aborted ? closedError() : this.#report(problem);
    }
  }

  #swap({ ruleset, bytes, held }: Loaded): void {
    const now = this.#ruleset;
    if (now?.version === ruleset.version && now.snapshotHash === ruleset.snapshotHash) {
      // What was kept is what is live.
      ruleset.close();
      this.#held = held;
      return;
    }
    this.#install(ruleset, held);
    void this.#keep(bytes);
  }

  #install(ruleset: Ruleset, held: Held | undefined): void {
    const old = this.#ruleset;
    this.#ruleset = ruleset;
    this.#held = held;
    old?.close();
    for (const listener of this.#listeners) calmly(() => listener(ruleset.version));
  }

  async #keep(bytes: Uint8Array): Promise<void> {
    try {
      await this.#options.persistence?.save(this.#key, bytes);
    } catch {
      // A full or forbidden store costs no more than the instant start.
    }
  }

  /** Tells of a problem, unless it is the one that was told of last. */
  #report(problem: unknown): EdgewiseError {
    const error =
      problem instanceof EdgewiseError ? problem : new EdgewiseError("store-failed", messageOf(problem), { cause: problem });
    if (this.#problem !== error.message) {
      this.#problem = error.message;
      const { onError } = this.#options;
      if (onError === undefined) console.warn(`edgewise: ${error.message}`);
      else calmly(() => onError(error));
    }
    return error;
  }
}

/** What the host does when it is told of something is its own affair. */
function calmly(tell: () => void): void {
  try {
    tell();
  } catch (problem) {
    console.error("edgewise: a listener has failed:", problem);
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
    refuse("`configUrl` must be the address below which `configs/…` lies, such as https://flags.example.com");
  }
  if (typeof environment !== "string" || !ENVIRONMENT.test(environment)) {
    refuse("`environment` must be the name of an environment, such as `prod`");
  }
  if (pollingInterval !== undefined && !(typeof pollingInterval === "number" && pollingInterval >= 0 && pollingInterval < 2 ** 31)) {
    refuse("`pollingInterval` must be a number of milliseconds, or 0 for never");
  }
  if (ruleset !== undefined && !(ruleset instanceof Uint8Array || ruleset instanceof ArrayBuffer)) {
    refuse("`ruleset` must be a Uint8Array or ArrayBuffer with the bytes of a ruleset");
  }
  for (const [name, value] of Object.entries({ onExposure, onError, fetch })) {
    if (value !== undefined && typeof value !== "function") refuse(`\`${name}\` must be a function`);
  }
  return options;
}
