/// <reference lib="esnext.disposable" preserve="true" />
/**
 * Local experiment decisions in browsers, Node, Deno, Bun and workers.
 *
 * @module
 */
export type { Assignment, Json } from "./assignment.js";
export { createClient, type Client } from "./client.js";
export type { Context } from "./context.js";
export { EdgewiseError, type EdgewiseErrorCode } from "./errors.js";
export { initialize } from "./initialize.js";
export type { Address, Bytes, FetchedResponse, WasmInput } from "./inputs.js";
export type { ClientOptions } from "./options.js";
export { inIndexedDb, inLocalStorage, type Persistence } from "./persistence.js";
export { Ruleset } from "./ruleset.js";
