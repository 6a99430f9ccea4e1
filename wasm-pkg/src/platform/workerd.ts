import module from "../edgewise.wasm";

import { byTag, type Platform } from "../wasm.js";

export const platform: Platform = {
  wasm: new URL("edgewise:edgewise.wasm"),
  instantiateNow: () => new WebAssembly.Instance(module).exports,
  conditional: byTag,
};
