import module from "../compile.wasm";

import type { WasmSource } from "./platform.js";

export const source: WasmSource = { instantiateNow: () => new WebAssembly.Instance(module).exports };
