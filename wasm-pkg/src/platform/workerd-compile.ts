import module from "../compile.wasm";

import { byTag, type Platform } from "../wasm.js";

export const platform: Platform = {
  wasm: new URL("edgewise:compile.wasm"),
  instantiateNow: () => new WebAssembly.Instance(module).exports,
  conditional: byTag,
};
