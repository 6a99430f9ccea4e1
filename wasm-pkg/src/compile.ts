/**
 * Compiling the JSON of a snapshot to a ruleset, for stores without published rulesets.
 *
 * @module
 */
import { platform } from "#platform";
import { source } from "#platform-compile";

import { EdgewiseError } from "./errors.js";
import { bytesOf, type WasmInput } from "./inputs.js";
import { WasmFile } from "./wasm.js";

interface Exports {
  readonly memory: WebAssembly.Memory;
  result(): number;
  json_room(length: number): number;
  compile(): number;
}

const file = new WasmFile(
  "the compiler (`compile.wasm`)",
  source,
  (exports) => exports as unknown as Exports,
  "initializeCompiler",
);

/**
 * Loads the compiler's WASM file. `compile` loads the file automatically; call this function to pass the file if the page must
 * not load the package's own.
 *
 * @throws {EdgewiseError} `not-initialized` if the file cannot be loaded. The next call tries again.
 */
export async function initializeCompiler(input?: WasmInput | PromiseLike<WasmInput>): Promise<void> {
  await file.load(input, !platform.isPerRequest);
}

/**
 * Compiles the JSON of a snapshot (`configs/{environment}/snapshots/{version}.json`) to the bytes of a ruleset. A publisher
 * writes the same bytes.
 *
 * @throws {EdgewiseError} `bad-snapshot` if the JSON is not a snapshot.
 */
export async function compile(snapshot: string | Uint8Array): Promise<Uint8Array> {
  const json = typeof snapshot === "string" ? new TextEncoder().encode(snapshot) : bytesOf(snapshot);
  if (json === undefined) {
    throw new EdgewiseError("bad-argument", "`snapshot` must be the JSON of a snapshot, as a string or in UTF-8");
  }
  const { memory, result, json_room, compile } = await file.load(undefined, !platform.isPerRequest);
  const place = json_room(json.length) >>> 0;
  if (place === 0) throw new EdgewiseError("out-of-memory", "there is not enough memory for the snapshot");
  new Uint8Array(memory.buffer).set(json, place);
  const done = compile();
  const [at, length] = new Uint32Array(memory.buffer, result(), 2);
  const bytes = new Uint8Array(memory.buffer, at, length).slice();
  // Releases the memory of the compiled ruleset.
  json_room(0);
  if (done === 0) throw new EdgewiseError("bad-snapshot", new TextDecoder().decode(bytes));
  return bytes;
}
