import { platform } from "#platform";

import { EdgewiseError, messageOf } from "./errors.js";

/** What a fetch came to: the object's bytes, or that there is none, or that it is as it was. */
export type Found = Uint8Array | "absent" | "unchanged";

/** So long an answer may take, in milliseconds. */
const PATIENCE = 10_000;

/** The objects below a URL, read over HTTP. */
export class Store {
  readonly #url: string;
  readonly #fetch: typeof fetch;
  readonly #closed: AbortSignal;
  /** Tags of pointers as of the last look that ended well. */
  #tags = new Map<string, string>();
  #fresh = new Map<string, string>();

  constructor(url: string, fetch: typeof globalThis.fetch, closed: AbortSignal) {
    this.#url = url;
    this.#fetch = fetch;
    this.#closed = closed;
  }

  /**
   * Reads the object at a path. With `changes`, it may be answered that it is unchanged since the last look.
   *
   * @throws {EdgewiseError} `store-failed`
   */
  async get(path: string, changes = false): Promise<Found> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(new Error(`no answer within ${PATIENCE / 1000} s`)), PATIENCE);
    const close = (): void => patience.abort(this.#closed.reason);
    this.#closed.addEventListener("abort", close);
    try {
      const tag = changes ? this.#tags.get(path) : undefined;
      const pointer = path.endsWith("/version.json") || path.endsWith("/latest.json");
      const init = pointer ? platform.conditional(tag) : {};
      const response = await this.#fetch(`${this.#url}/${path}`, { ...init, signal: patience.signal });
      const etag = response.headers.get("etag");
      if (pointer && etag !== null) this.#fresh.set(path, etag);
      if (response.ok) {
        // A cache may have asked on our behalf.
        if (tag !== undefined && tag === etag) {
          await response.body?.cancel();
          return "unchanged";
        }
        return new Uint8Array(await response.arrayBuffer());
      }
      await response.body?.cancel();
      if (response.status === 304 && tag !== undefined) return "unchanged";
      if (response.status === 404 || response.status === 403) return "absent";
      throw new Error(`it answers ${response.status}`);
    } catch (problem) {
      const message = `\`${path}\` cannot be read: ${messageOf(problem)}`;
      throw new EdgewiseError("store-failed", message, { cause: problem });
    } finally {
      clearTimeout(timer);
      this.#closed.removeEventListener("abort", close);
    }
  }

  /** A look begins. */
  begin(): void {
    this.#fresh = new Map(this.#tags);
  }

  /** The look has ended well: what was found need not be sent again. */
  remember(): void {
    this.#tags = this.#fresh;
  }
}
