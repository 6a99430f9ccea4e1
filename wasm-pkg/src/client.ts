import { platform } from "#platform";

import type { Assignment } from "./assignment.js";
import { callSafely } from "./callback.js";
import { Closing } from "./closing.js";
import type { Context } from "./context.js";
import { EdgewiseError, messageOf } from "./errors.js";
import { Exposures } from "./exposures.js";
import { addressOf, bytesOf, type Fetching } from "./inputs.js";
import { load, loadNow } from "./instance.js";
import { hashOf, poll, type Held, type Loaded } from "./loading.js";
import { checked, type ClientOptions } from "./options.js";
import type { Persistence } from "./persistence.js";
import { Ruleset } from "./ruleset.js";
import { Store } from "./store.js";
import { Updates } from "./updates.js";

/** Decides for users from the newest ruleset of an environment. */
export interface Client {
  /**
   * Resolves when a ruleset is loaded. Rejects if the first poll fails; the client keeps polling. In workerd, each access
   * polls until a ruleset is loaded.
   */
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
  /**
   * Polls for a new version now; with `interval`, only if the last poll began at least this many milliseconds ago. Rejects if
   * the poll fails.
   */
  refresh(interval?: number): Promise<void>;
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

const DEFAULT_INTERVAL = 5000;

class FollowingClient implements Client {
  readonly #options: ClientOptions;
  readonly #key: string;
  readonly #store: Store;
  readonly #exposures: Exposures | undefined;
  readonly #closing = new Closing();
  readonly #listeners = new Set<(version: number) => void>();
  /** When to poll. In a runtime where everything belongs to a request, the client polls only on request. */
  readonly #updates: Updates | undefined;
  readonly #ready: Promise<void> | undefined;
  /** The bytes of the options, until the ruleset is loaded. */
  #given: Uint8Array | undefined;
  #ruleset: Ruleset | undefined;
  /** The loaded version of the store. Undefined for a saved ruleset, which any version in the store replaces. */
  #held: Held | undefined;
  /** When the last poll began, in milliseconds since 1970. */
  #polledAt = 0;
  /** The message of the last reported error. */
  #reported: string | undefined;

  constructor(options: ClientOptions) {
    const { configUrl, environment, pollingInterval, stream, onExposure, ruleset } = checked(options);
    const url = addressOf(configUrl)!.replace(/\/+$/, "");
    // Called without an object: browsers refuse `fetch` as a method of anything else.
    const { fetch: given } = options;
    const fetch: Fetching["fetch"] = (address, init) => (given ?? globalThis.fetch)(address, init);
    // A given promise that rejects is reported if it is needed.
    Promise.resolve(options.wasm).catch(() => undefined);
    this.#options = options;
    this.#key = `edgewise ${url} ${environment}`;
    this.#given = bytesOf(ruleset);
    this.#store = new Store(url, fetch, this.#closing);
    this.#exposures = onExposure === undefined ? undefined : new Exposures(onExposure);
    if (platform.isPerRequest) {
      this.#prepare().catch((problem: unknown) => this.#report(problem));
      return;
    }
    this.#updates = new Updates(() => this.#poll(), {
      interval: pollingInterval ?? DEFAULT_INTERVAL,
      stream: stream === true ? `${url}/api/stream?env=${environment}` : addressOf(stream),
      fetch: given as typeof globalThis.fetch | undefined,
    });
    this.#ready = this.#start(this.#updates.start());
  }

  get ready(): Promise<void> {
    return this.#ready ?? (this.#ruleset === undefined ? this.#start(this.#poll()) : Promise.resolve());
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

  async refresh(interval = 0): Promise<void> {
    if (this.#closing.isClosed) throw closedError();
    // The clock may have been set back.
    if (Math.abs(Date.now() - this.#polledAt) < interval) return;
    await (this.#updates === undefined ? this.#poll() : this.#updates.now());
  }

  close(): void {
    if (this.#closing.isClosed) return;
    this.#closing.close();
    this.#updates?.close();
    this.#listeners.clear();
    this.#given = undefined;
    this.#ruleset?.close();
    this.#ruleset = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #missing(): never {
    if (this.#closing.isClosed) throw closedError();
    throw new EdgewiseError("not-ready", "there is no ruleset yet: `await client.ready` first, or create the client with `ruleset`");
  }

  /** Resolves when the client can decide: from the given ruleset, the saved one, or that of the first poll. */
  #start(polled: Promise<void>): Promise<void> {
    const { persistence } = this.#options;
    const others = [this.#prepare()];
    if (persistence !== undefined) others.push(this.#restore(persistence));
    const decides = others.map(async (other) => {
      await other;
      if (this.#ruleset === undefined) throw closedError();
    });
    // If nothing succeeds, the result is the error of the poll.
    const ready = Promise.any([polled, ...decides]).catch(() => polled);
    // Callers that do not await `ready` receive the error by `onError`.
    ready.catch(() => undefined);
    return ready;
  }

  /**
   * Loads the engine, and then the given ruleset. Runs synchronously up to the first `await`: where the engine can be loaded
   * synchronously, the client can decide from the given ruleset immediately.
   */
  async #prepare(): Promise<void> {
    const { wasm } = this.#options;
    if (!loadNow(wasm)) await load(wasm);
    const given = this.#given;
    if (given === undefined) return;
    this.#given = undefined;
    try {
      const ruleset = this.#checked(Ruleset.load(given));
      const { version } = ruleset;
      this.#install(ruleset, { pointer: version, version, content: () => hashOf(given).catch(() => undefined) });
    } catch (problem) {
      this.#report(problem);
    }
  }

  /** Starts with the saved ruleset of an earlier client, unless a ruleset is loaded already. */
  async #restore(persistence: Persistence): Promise<void> {
    const [bytes] = await Promise.all([persistence.load(this.#key), this.#prepare()]);
    if (bytes === undefined || this.#ruleset !== undefined || this.#closing.isClosed) return;
    this.#install(this.#checked(Ruleset.load(bytes)), undefined);
  }

  #checked(ruleset: Ruleset): Ruleset {
    const { environment } = ruleset;
    if (environment === this.#options.environment) return ruleset;
    ruleset.close();
    throw new EdgewiseError("bad-ruleset", `the ruleset belongs to environment \`${environment}\``);
  }

  /** Polls once: every step from loading the engine to swapping the ruleset is reported, and tried again by the next poll. */
  async #poll(): Promise<void> {
    this.#polledAt = Date.now();
    try {
      await this.#prepare();
      if (this.#closing.isClosed) throw closedError();
      const reading = this.#store.begin();
      const loaded = await poll(reading, this.#options.environment, this.#held);
      if (this.#closing.isClosed) {
        loaded?.ruleset.close();
        throw closedError();
      }
      this.#store.remember(reading);
      if (loaded !== undefined) this.#swap(loaded);
      this.#reported = undefined;
    } catch (problem) {
      throw this.#closing.isClosed ? closedError() : this.#report(problem);
    }
  }

  #swap({ ruleset, bytes, held }: Loaded): void {
    if (this.#held !== undefined && held.pointer < this.#held.pointer) {
      // The poll of another request has loaded a newer version in the meantime.
      ruleset.close();
      return;
    }
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
    for (const listener of this.#listeners) void callSafely("a listener", () => listener(ruleset.version));
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
      else void callSafely("a listener", () => onError(error));
    }
    return error;
  }
}

function closedError(): EdgewiseError {
  return new EdgewiseError("closed", "the client is closed: create another one");
}
