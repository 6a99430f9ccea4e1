import { platform } from "#platform";

import type { Closing } from "./closing.js";
import { EdgewiseError, messageOf } from "./errors.js";
import type { Fetching } from "./inputs.js";
import { within } from "./timers.js";

/** The result of a fetch: the bytes of the object, or that the object is absent or unchanged. */
export type Found = Uint8Array | "absent" | "unchanged";

/** The objects below a URL, read over HTTP. */
export class Store {
  readonly #url: string;
  readonly #fetch: Fetching["fetch"];
  readonly #closing: Closing;
  /** The entity tags of pointers at the last successful poll. */
  #tags: ReadonlyMap<string, string> = new Map();

  constructor(url: string, fetch: Fetching["fetch"], closing: Closing) {
    this.#url = url;
    this.#fetch = fetch;
    this.#closing = closing;
  }

  /** Begins a poll. Polls may overlap. */
  begin(): Reading {
    return new Reading(this.#url, this.#fetch, this.#closing, this.#tags);
  }

  /** Ends a successful poll: the next poll sends the entity tags of this poll. */
  remember({ tags }: Reading): void {
    this.#tags = tags;
  }
}

/** The objects of a store, as one poll reads them. */
export class Reading {
  readonly #url: string;
  readonly #fetch: Fetching["fetch"];
  readonly #closing: Closing;
  readonly #before: ReadonlyMap<string, string>;
  /** The entity tags of pointers for the next poll. */
  readonly tags: Map<string, string>;

  constructor(url: string, fetch: Fetching["fetch"], closing: Closing, before: ReadonlyMap<string, string>) {
    this.#url = url;
    this.#fetch = fetch;
    this.#closing = closing;
    this.#before = before;
    this.tags = new Map(before);
  }

  /**
   * Reads the object at a path. With `changes`, the result can be that the object is unchanged since the last successful
   * poll. The first digits of `hash` become part of the address, so that no cache responds with other content.
   *
   * @throws {EdgewiseError} `store-failed`
   */
  async get(path: string, changes = false, hash?: string, pastCaches = false): Promise<Found> {
    const timeout = new AbortController();
    // A request that another request started cannot be aborted, and ends by itself.
    const forget = platform.isPerRequest ? undefined : this.#closing.onClose(() => timeout.abort());
    try {
      return await within((signal) => this.#read(path, changes, hash, pastCaches, signal), timeout);
    } catch (problem) {
      const message = `\`${path}\` cannot be read: ${messageOf(problem)}`;
      throw new EdgewiseError("store-failed", message, { cause: problem });
    } finally {
      forget?.();
    }
  }

  async #read(
    path: string,
    changes: boolean,
    hash: string | undefined,
    pastCaches: boolean,
    signal: AbortSignal,
  ): Promise<Found> {
    const tag = changes ? this.#before.get(path) : undefined;
    const pointer = path.endsWith("/version.json") || path.endsWith("/latest.json");
    const init = pointer || pastCaches ? platform.conditional(tag, pastCaches) : {};
    const content = hash === undefined ? "" : `?v=${hash.slice(0, 16)}`;
    const response = await this.#fetch(`${this.#url}/${path}${content}`, { ...init, signal });
    const etag = response.headers.get("etag");
    if (pointer && etag !== null) this.tags.set(path, etag);
    if (response.ok) {
      const bytes = new Uint8Array(await response.arrayBuffer());
      // A cache may have revalidated the response for the client.
      return tag !== undefined && tag === etag ? "unchanged" : bytes;
    }
    // Read in any case, so that the connection is free for the next request.
    const body = await response.text();
    if (response.status === 304 && tag !== undefined) return "unchanged";
    // A bucket denies reading an object that does not exist. Every other refusal says nothing about the object.
    if (response.status === 404 || (response.status === 403 && /code\W+AccessDenied/i.test(body))) return "absent";
    throw new Error(`the store responded with status ${response.status}`);
  }

  /** Lets the next poll read a pointer although it is unchanged. */
  forget(path: string): void {
    this.tags.delete(path);
  }
}
