import { EdgewiseError, messageOf } from "./errors.js";
import { addressOf, bytesOf, tagOf, type FetchedResponse, type WasmInput } from "./inputs.js";
import type { WasmSource } from "./platform/platform.js";
import { unref } from "./timers.js";

/** The timeout of fetching a WASM file, in milliseconds. */
const TIMEOUT = 10_000;

/** A WASM file of this package, of which one instance is created. */
export class WasmFile<T> {
  readonly #name: string;
  readonly #source: WasmSource;
  readonly #made: (exports: WebAssembly.Exports) => T;
  readonly #passTo: string;
  #instance: T | undefined;
  #loading: Promise<T> | undefined;

  /**
   * @param made Makes the value that {@link load} returns from the exports.
   * @param passTo The function to which callers can pass the file.
   */
  constructor(name: string, source: WasmSource, made: (exports: WebAssembly.Exports) => T, passTo: string) {
    this.#name = name;
    this.#source = source;
    this.#made = made;
    this.#passTo = passTo;
  }

  /**
   * Creates the instance if the runtime can do so synchronously and no file is given. Returns `undefined` if the file must be
   * loaded first.
   *
   * @throws {EdgewiseError} `not-initialized`
   */
  now(input?: unknown): T | undefined {
    const { instantiateNow } = this.#source;
    if (this.#instance === undefined && input === undefined && instantiateNow !== undefined) {
      try {
        this.#instance = this.#made(instantiateNow());
      } catch (problem) {
        throw this.#error(problem);
      }
    }
    return this.#instance;
  }

  /**
   * Loads the file: the given one, or else the package's. Does nothing if the file is loaded already.
   *
   * @param isShared Whether simultaneous calls share one attempt.
   * @throws {EdgewiseError} `not-initialized`. The next call tries again.
   */
  async load(input: WasmInput | PromiseLike<WasmInput> | undefined, isShared: boolean): Promise<T> {
    const now = this.now(input);
    if (now !== undefined) return now;
    if (!isShared) return this.#create(input);
    this.#loading ??= this.#create(input).finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #create(input: WasmInput | PromiseLike<WasmInput> | undefined): Promise<T> {
    try {
      const exports = input === undefined ? await this.#own() : await instantiate(await input);
      return (this.#instance ??= this.#made(exports));
    } catch (problem) {
      throw this.#error(problem);
    }
  }

  /** Loads the file at the address, or the copy that is code if there is no such file. */
  async #own(): Promise<WebAssembly.Exports> {
    const { address, inlined } = this.#source;
    let problem: unknown;
    if (address !== undefined) {
      try {
        return await fetched(address().href);
      } catch (thrown) {
        if (thrown instanceof Retry || isForbidden(thrown)) throw thrown;
        problem = thrown;
      }
    }
    const copy = await inlined!().catch((missing: unknown) => {
      throw problem ?? missing;
    });
    return instantiate(copy.bytes);
  }

  #error(problem: unknown): EdgewiseError {
    const message = isForbidden(problem)
      ? "the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src"
      : `${messageOf(problem)}: check this file, or pass the file or its address to \`${this.#passTo}\``;
    return new EdgewiseError("not-initialized", `${this.#name} cannot be loaded: ${message}`, { cause: problem });
  }
}

/** A failure that says nothing about whether the file exists. */
class Retry extends Error {}

/** Whether the policy of the page forbids WebAssembly. The texts of browsers differ. */
function isForbidden(problem: unknown): boolean {
  return /unsafe-eval|\bCSP\b|content.security.policy/i.test(messageOf(problem));
}

async function fetched(address: string): Promise<WebAssembly.Exports> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new Retry(`\`${address}\` did not respond in ${TIMEOUT / 1000} s`)), TIMEOUT);
  unref(timer);
  try {
    const response = await fetch(address, { signal: timeout.signal });
    const streams = response.ok && response.headers.get("content-type") === "application/wasm";
    if (streams) return (await WebAssembly.instantiateStreaming(response)).instance.exports;
    return await instantiateResponse(response, address);
  } catch (problem) {
    if (problem instanceof Retry || isForbidden(problem)) throw problem;
    throw new Error(`\`${address}\`: ${messageOf(problem)}`, { cause: problem });
  } finally {
    clearTimeout(timer);
  }
}

async function instantiate(given: WasmInput): Promise<WebAssembly.Exports> {
  const address = addressOf(given);
  if (address !== undefined) return fetched(address);
  if (tagOf(given) === "[object WebAssembly.Module]") {
    return (await WebAssembly.instantiate(given as WebAssembly.Module)).exports;
  }
  const bytes = bytesOf(given);
  if (bytes !== undefined) return (await WebAssembly.instantiate(bytes as BufferSource)).instance.exports;
  if (typeof (given as Partial<FetchedResponse> | undefined)?.arrayBuffer === "function") {
    return instantiateResponse(given as FetchedResponse, "the given response");
  }
  throw new Error("the given file is not a compiled module, bytes, an address or a response");
}

async function instantiateResponse(response: FetchedResponse, name: string): Promise<WebAssembly.Exports> {
  const { ok, status } = response;
  if (!ok) {
    const problem = `\`${name}\` has status ${status}`;
    throw status >= 500 || status === 408 || status === 429 ? new Retry(problem) : new Error(problem);
  }
  const bytes = await response.arrayBuffer();
  return (await WebAssembly.instantiate(bytes)).instance.exports;
}
