import { platform } from "#platform";

import { EdgewiseError, messageOf } from "./errors.js";
import { Memory, type Exports } from "./memory.js";
import { instantiate, type WasmInput } from "./wasm.js";

let memory: Memory | undefined;
let loading: Promise<void> | undefined;

/**
 * Loads the WASM file. Clients do so themselves; call it before `Ruleset.load` in browsers, or to say where the file
 * lies if a bundler has moved it. Does nothing if it is loaded already.
 *
 * @throws {EdgewiseError} `not-initialized` if it cannot be loaded. The next call tries again.
 */
export function initialize(input?: WasmInput | PromiseLike<WasmInput>): Promise<void> {
  if (memory !== undefined) return Promise.resolve();
  loading ??= load(input).finally(() => {
    loading = undefined;
  });
  return loading;
}

/** Whether the WASM file is loaded, after loading it if that can be done at once. */
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
 * The memory of the WASM instance, which is made now where the platform can do that at once.
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
      const message = `the WASM file cannot be loaded (${messageOf(problem)}): hand it to \`initialize\``;
      throw new EdgewiseError("not-initialized", message, { cause: problem });
    }
  }
  return memory;
}
