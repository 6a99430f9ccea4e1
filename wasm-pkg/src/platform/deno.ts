import * as exports from "../edgewise.wasm";

import { byTag, type Platform } from "../wasm.js";

export const platform: Platform = {
  wasm: new URL("../edgewise.wasm", import.meta.url),
  instantiateNow: () => exports as unknown as WebAssembly.Exports,
  conditional: byTag,
};
