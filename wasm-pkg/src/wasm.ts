import { EdgewiseError, messageOf } from "./errors.js";

/** A WASM file of this package: a compiled module, bytes, an address, or a response with the file. */
export type WasmInput = WebAssembly.Module | BufferSource | URL | string | Response;

/** The parts of the package that depend on the runtime. */
export interface Platform {
  /** The address of the WASM file, for runtimes that load the file over the network. */
  readonly wasm: URL;
  /** Creates an instance synchronously, in runtimes that have the file locally. */
  readonly instantiateNow?: () => WebAssembly.Exports;
  /** Returns the options of a request that is conditional on a change since `etag`, or that goes past all caches. */
  readonly conditional: (etag: string | undefined, pastCaches: boolean) => RequestInit;
}

/** Sends the headers explicitly, for runtimes without an HTTP cache. */
export function byTag(etag: string | undefined, pastCaches: boolean): RequestInit {
  if (pastCaches) return { headers: { "cache-control": "no-cache" } };
  return etag === undefined ? {} : { headers: { "if-none-match": etag } };
}

/** Creates an instance of a WASM file. */
export async function instantiate(input: WasmInput | PromiseLike<WasmInput>): Promise<WebAssembly.Exports> {
  try {
    let given = await input;
    if (typeof given === "string" || given instanceof URL) given = await fetch(given);
    if (given instanceof WebAssembly.Module) return (await WebAssembly.instantiate(given)).exports;
    if (given instanceof Response) {
      if (!given.ok) throw new Error(`${given.url} returned ${given.status}`);
      const streams = given.headers.get("content-type") === "application/wasm";
      if (streams) return (await WebAssembly.instantiateStreaming(given)).instance.exports;
      given = await given.arrayBuffer();
    }
    return (await WebAssembly.instantiate(given as BufferSource)).instance.exports;
  } catch (problem) {
    const message = `the WASM file cannot be loaded (${messageOf(problem)}): pass the file or its address to \`initialize\``;
    throw new EdgewiseError("not-initialized", message, { cause: problem });
  }
}
