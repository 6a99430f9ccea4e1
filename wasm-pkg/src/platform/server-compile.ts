import bytes from "#compile.wasm";

import { instanceOf, type WasmSource } from "./platform.js";

export const source: WasmSource = { instantiateNow: () => instanceOf(bytes) };
