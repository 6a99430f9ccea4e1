import { platform } from "#platform";

import { EdgewiseError } from "./errors.js";
import type { WasmInput } from "./inputs.js";
import { Memory, type Exports } from "./memory.js";
import { WasmFile } from "./wasm.js";

const file = new WasmFile(
  "the engine (`edgewise.wasm`)",
  platform.decide,
  (exports) => new Memory(exports as unknown as Exports),
  "initialize",
);

/** Loads the WASM file, unless it is loaded already. */
export async function load(input?: WasmInput | PromiseLike<WasmInput>): Promise<void> {
  await file.load(input, !platform.isPerRequest);
}

/**
 * Loads the WASM file if the runtime can do so synchronously and no file is given. Returns whether the file is loaded.
 *
 * @throws {EdgewiseError} `not-initialized`
 */
export function loadNow(input: unknown): boolean {
  return file.now(input) !== undefined;
}

/**
 * Returns the memory of the WASM instance. Creates the instance if the runtime can do so synchronously.
 *
 * @throws {EdgewiseError} `not-initialized`
 */
export function instance(): Memory {
  const memory = file.now();
  if (memory === undefined) {
    throw new EdgewiseError("not-initialized", "the engine is not loaded yet: `await initialize()` first");
  }
  return memory;
}
