import { EdgewiseError, messageOf } from "./errors.js";
import { addressOf, bytesOf, tagOf, type FetchedResponse, type WasmInput } from "./inputs.js";
import type { WasmSource } from "./platform/platform.js";
import { within } from "./timers.js";

/** A WASM file of this package, of which one instance is created. */
export class WasmFile<T> {
  readonly #name: string;
  readonly #source: WasmSource;
  readonly #made: (exports: WebAssembly.Exports) => T;
  readonly #passTo: string;
  #instance: T | undefined;
  /** The attempt to load the package's own file. */
  #loading: Promise<T> | undefined;
  /** The given file that could not be loaded: often a promise or a response, which cannot be used again. */
  #refused: unknown;

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
   * Loads the file: the given one, or else the package's. After a given file could not be loaded, the next call tries the
   * package's. Does nothing if the file is loaded already.
   *
   * @param isShared Whether simultaneous calls share an attempt.
   * @throws {EdgewiseError} `not-initialized`. The next call tries again.
   */
  async load(given: WasmInput | PromiseLike<WasmInput> | undefined, isShared: boolean): Promise<T> {
    const input = given === this.#refused ? undefined : given;
    const now = this.now(input);
    if (now !== undefined) return now;
    if (input !== undefined) {
      return this.#create(within(async () => instantiate(await input))).catch((problem: unknown) => {
        this.#refused = input;
        throw problem;
      });
    }
    if (!isShared) return this.#create(this.#own());
    this.#loading ??= this.#create(this.#own()).finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #create(exports: Promise<WebAssembly.Exports>): Promise<T> {
    try {
      const made = await exports;
      return (this.#instance ??= this.#made(made));
    } catch (problem) {
      throw this.#error(problem);
    }
  }

  /** Loads the file at the address, or the copy that is code if there is no such file. */
  async #own(): Promise<WebAssembly.Exports> {
    const { address, inlined } = this.#source;
    let problem = "";
    if (address !== undefined) {
      try {
        return await fetched(address().href);
      } catch (thrown) {
        if (thrown instanceof Retry || isForbidden(thrown)) throw thrown;
        problem = `${messageOf(thrown)}; its copy: `;
      }
    }
    const copy = await inlined!().catch((missing: unknown) => {
      throw new Error(problem + messageOf(missing));
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
  const { name } = Object(problem) as { name?: unknown };
  return (name === "CompileError" || name === "EvalError") && /unsafe-eval|CSP/.test(messageOf(problem));
}

async function fetched(address: string): Promise<WebAssembly.Exports> {
  try {
    return await within(async (signal) => instantiateResponse(await fetch(address, { signal })));
  } catch (problem) {
    if (isForbidden(problem)) throw problem;
    const message = `\`${address}\`: ${messageOf(problem)}`;
    throw problem instanceof Retry ? new Retry(message) : new Error(message);
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
    return instantiateResponse(given as FetchedResponse);
  }
  throw new Error("the given file is not a compiled module, bytes, an address or a response");
}

async function instantiateResponse(response: FetchedResponse): Promise<WebAssembly.Exports> {
  const { ok, status } = response;
  if (!ok) throw new (status >= 500 || status === 408 || status === 429 ? Retry : Error)(`status ${status}`);
  const bytes = await response.arrayBuffer();
  return (await WebAssembly.instantiate(bytes)).instance.exports;
}
