/**
 * What callers pass to the package. The types name members instead of classes, so that objects of another realm (an iframe,
 * a test environment) and of polyfills fit, and no library of types is needed.
 *
 * @module
 */

/** An address: a text or a `URL`. */
export type Address = string | { readonly href: string };

/** Bytes: an `ArrayBuffer`, a `Uint8Array` or another view. */
export type Bytes = ArrayBufferLike | ArrayBufferView;

/** The parts of a `Response` that the package uses. */
export interface FetchedResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): PromiseLike<ArrayBuffer>;
  text(): PromiseLike<string>;
}

/** What the package calls to read objects. */
export interface Fetching {
  /** A function like `fetch`. A method, so that functions with narrower parameters fit. */
  fetch(address: string, init?: object): PromiseLike<FetchedResponse>;
}

/** A WASM file of this package: a compiled `WebAssembly.Module`, bytes, an address, or a response with the file. */
export type WasmInput = Address | Bytes | FetchedResponse | object;

/**
 * Returns the bytes of a buffer or view of any realm; `undefined` for other values.
 *
 * @internal
 */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return /^\[object (Shared)?ArrayBuffer\]$/.test(tagOf(value)) ? new Uint8Array(value as ArrayBuffer) : undefined;
}

/**
 * Returns the text of an address; `undefined` for other values.
 *
 * @internal
 */
export function addressOf(value: unknown): string | undefined {
  const address = typeof value === "object" && value !== null ? (value as { href?: unknown }).href : value;
  return typeof address === "string" ? address : undefined;
}

/**
 * Returns the name of a value's class, as `[object Number]`. The name is the same in every realm.
 *
 * @internal
 */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}
