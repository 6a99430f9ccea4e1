/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Local experiment decisions in browsers, Node, Deno, Bun and workers.
 *
 * @module
 */
export type { Assignment, Json } from "./assignment.js";
export { createClient, type Client, type ClientOptions } from "./client.js";
export type { Context } from "./context.js";
export { EdgewiseError, type EdgewiseErrorCode } from "./errors.js";
export { initialize } from "./instance.js";
export { inIndexedDb, inLocalStorage, type Persistence } from "./persistence.js";
export { Ruleset } from "./ruleset.js";
export type { WasmInput } from "./wasm.js";
