import { platform } from "#platform";

import { EdgewiseError, messageOf } from "./errors.js";

/** The result of a fetch: the bytes of the object, or that the object is absent or unchanged. */
export type Found = Uint8Array | "absent" | "unchanged";

/** The timeout of a request, in milliseconds. */
const TIMEOUT = 10_000;

/** The objects below a URL, read over HTTP. */
export class Store {
  readonly #url: string;
  readonly #fetch: typeof fetch;
  readonly #closed: AbortSignal;
  /** The entity tags of pointers at the last successful poll. */
  #tags = new Map<string, string>();
  #fresh = new Map<string, string>();

  constructor(url: string, fetch: typeof globalThis.fetch, closed: AbortSignal) {
    this.#url = url;
    this.#fetch = fetch;
    this.#closed = closed;
  }

  /**
   * Reads the object at a path. With `changes`, the result can be that the object is unchanged since the last successful
   * poll. The first digits of `hash` become part of the address, so that no cache responds with other content.
   *
   * @throws {EdgewiseError} `store-failed`
   */
  async get(path: string, changes = false, hash?: string, pastCaches = false): Promise<Found> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(new Error(`no response in ${TIMEOUT / 1000} s`)), TIMEOUT);
    const close = (): void => timeout.abort(this.#closed.reason);
    this.#closed.addEventListener("abort", close);
    try {
      const tag = changes ? this.#tags.get(path) : undefined;
      const pointer = path.endsWith("/version.json") || path.endsWith("/latest.json");
      const init = pointer || pastCaches ? platform.conditional(tag, pastCaches) : {};
      const content = hash === undefined ? "" : `?v=${hash.slice(0, 16)}`;
      const response = await this.#fetch(`${this.#url}/${path}${content}`, { ...init, signal: timeout.signal });
      const etag = response.headers.get("etag");
      if (pointer && etag !== null) this.#fresh.set(path, etag);
      if (response.ok) {
        // A cache may have revalidated the response for the client.
        if (tag !== undefined && tag === etag) {
          await response.body?.cancel();
          return "unchanged";
        }
        return new Uint8Array(await response.arrayBuffer());
      }
      if (response.status === 403) {
        // A bucket denies reading an object that does not exist. Every other refusal says nothing about the object.
        if (/code\W+AccessDenied/i.test(await response.text())) return "absent";
      } else await response.body?.cancel();
      if (response.status === 304 && tag !== undefined) return "unchanged";
      if (response.status === 404) return "absent";
      throw new Error(`the store responded with status ${response.status}`);
    } catch (problem) {
      const message = `\`${path}\` cannot be read: ${messageOf(problem)}`;
      throw new EdgewiseError("store-failed", message, { cause: problem });
    } finally {
      clearTimeout(timer);
      this.#closed.removeEventListener("abort", close);
    }
  }

  /** Begins a poll. */
  begin(): void {
    this.#fresh = new Map(this.#tags);
  }

  /** Lets the next poll read a pointer although it is unchanged. */
  forget(path: string): void {
    this.#fresh.delete(path);
  }

  /** Ends a successful poll: the next poll sends the entity tags of this poll. */
  remember(): void {
    this.#tags = this.#fresh;
  }
}
