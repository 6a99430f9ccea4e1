import type { WasmInput } from "./inputs.js";
import { load } from "./instance.js";

/**
 * Loads the WASM file. Clients load the file automatically; call this function before `Ruleset.load` in browsers, or to
 * pass the file if the page must not load the package's own. Does nothing if the file is loaded already.
 *
 * @throws {EdgewiseError} `not-initialized` if the file cannot be loaded. The next call tries again.
 */
export function initialize(input?: WasmInput | PromiseLike<WasmInput>): Promise<void> {
  return load(input);
}
