/** The parts of the package that depend on the runtime. */
export interface Platform {
  /** The WASM file that decides. */
  readonly decide: WasmSource;
  /**
   * Whether a promise, a timer or a signal belongs to the request that created it, and is of no use to other requests. A client
   * then does nothing by itself.
   */
  readonly isPerRequest: boolean;
  /** Returns the options of a request that is conditional on a change since `etag`, or that goes past all caches. */
  readonly conditional: (etag: string | undefined, pastCaches: boolean) => RequestInit;
}

/** Where the code of the package finds one of its WASM files. */
export interface WasmSource {
  /** Creates an instance synchronously, in runtimes whose code contains the file. */
  readonly instantiateNow?: () => WebAssembly.Exports;
  /** Returns the address next to the code, which a bundler may have changed. Throws if the code has no address. */
  readonly address?: () => URL;
  /** Loads a copy of the file that is code, for pages that have no file at the address. */
  readonly inlined?: () => Promise<{ readonly bytes: Uint8Array }>;
}

/** Creates an instance from bytes. */
export function instanceOf(bytes: Uint8Array): WebAssembly.Exports {
  return new WebAssembly.Instance(new WebAssembly.Module(bytes as BufferSource)).exports;
}

/** Leaves the headers to the cache of the browser. Explicit headers would cause a preflight request. */
export function byCache(_: string | undefined, pastCaches: boolean): RequestInit {
  return { cache: pastCaches ? "reload" : "no-cache" };
}

/** Sends the headers explicitly, for runtimes without an HTTP cache. */
export function byTag(etag: string | undefined, pastCaches: boolean): RequestInit {
  if (pastCaches) return { headers: { "cache-control": "no-cache" } };
  return etag === undefined ? {} : { headers: { "if-none-match": etag } };
}
