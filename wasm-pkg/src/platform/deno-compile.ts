import * as exports from "../compile.wasm";

import { byTag, type Platform } from "../wasm.js";

export const platform: Platform = {
  wasm: new URL("../compile.wasm", import.meta.url),
  instantiateNow: () => exports as unknown as WebAssembly.Exports,
  conditional: byTag,
};
