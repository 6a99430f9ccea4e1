import { EdgewiseError, messageOf } from "./errors.js";

/** A WASM file of this package: compiled, as bytes, where it lies, or the response that brings it. */
export type WasmInput = WebAssembly.Module | BufferSource | URL | string | Response;

/** How a runtime finds the WASM files of this package. */
export interface Platform {
  /** Where the file lies, for runtimes that load it over the network. */
  readonly wasm: URL;
  /** Makes an instance at once, in runtimes that have the file at hand. */
  readonly instantiateNow?: () => WebAssembly.Exports;
  /** How a request says that only what has changed since `etag` is to be sent. */
  readonly conditional: (etag: string | undefined) => RequestInit;
}

/** For runtimes without an HTTP cache: the tag is sent by hand. */
export function byTag(etag: string | undefined): RequestInit {
  return etag === undefined ? {} : { headers: { "if-none-match": etag } };
}

/** Makes an instance of a WASM file. */
export async function instantiate(input: WasmInput | PromiseLike<WasmInput>): Promise<WebAssembly.Exports> {
  try {
    let given = await input;
    if (typeof given === "string" || given instanceof URL) given = await fetch(given);
    if (given instanceof WebAssembly.Module) return (await WebAssembly.instantiate(given)).exports;
    if (given instanceof Response) {
      if (!given.ok) throw new Error(`${given.url} answers ${given.status}`);
      const streams = given.headers.get("content-type") === "application/wasm";
      if (streams) return (await WebAssembly.instantiateStreaming(given)).instance.exports;
      given = await given.arrayBuffer();
    }
    return (await WebAssembly.instantiate(given as BufferSource)).instance.exports;
  } catch (problem) {
    const message = `the WASM file cannot be loaded (${messageOf(problem)}): hand it to \`initialize\`, or say there where it lies`;
    throw new EdgewiseError("not-initialized", message, { cause: problem });
  }
}
