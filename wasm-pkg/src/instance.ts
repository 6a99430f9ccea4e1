import { platform } from "#platform";

import { EdgewiseError, messageOf } from "./errors.js";
import { Memory, type Exports } from "./memory.js";
import { instantiate, type WasmInput } from "./wasm.js";

let memory: Memory | undefined;
let loading: Promise<void> | undefined;

/**
 * Loads the WASM file. Clients load the file automatically; call this function before `Ruleset.load` in browsers, or to
 * pass the file if a bundler has moved the file. Does nothing if the file is loaded already.
 *
 * @throws {EdgewiseError} `not-initialized` if the file cannot be loaded. The next call tries again.
 */
export function initialize(input?: WasmInput | PromiseLike<WasmInput>): Promise<void> {
  if (memory !== undefined) return Promise.resolve();
  loading ??= load(input).finally(() => {
    loading = undefined;
  });
  return loading;
}

/** Loads the WASM file if the platform can do so synchronously. Returns whether the file is loaded. */
export function initializeNow(input: unknown): boolean {
  if (memory === undefined && input === undefined && platform.instantiateNow !== undefined) instance();
  return memory !== undefined;
}

async function load(input: WasmInput | PromiseLike<WasmInput> | undefined): Promise<void> {
  if (input === undefined && platform.instantiateNow !== undefined) {
    instance();
    return;
  }
  const exports = await instantiate(input ?? platform.wasm);
  memory ??= new Memory(exports as unknown as Exports);
}

/**
 * Returns the memory of the WASM instance. Creates the instance if the platform can do so synchronously.
 *
 * @throws {EdgewiseError} `not-initialized`
 */
export function instance(): Memory {
  if (memory === undefined) {
    if (platform.instantiateNow === undefined) {
      throw new EdgewiseError("not-initialized", "the WASM file is not loaded yet: `await initialize()` first");
    }
    try {
      memory = new Memory(platform.instantiateNow() as unknown as Exports);
    } catch (problem) {
      const message = `the WASM file cannot be loaded (${messageOf(problem)}): pass the file or its address to \`initialize\``;
      throw new EdgewiseError("not-initialized", message, { cause: problem });
    }
  }
  return memory;
}
