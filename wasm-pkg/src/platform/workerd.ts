import module from "../edgewise.wasm";

import { byTag, type Platform } from "./platform.js";

// The runtime compiles no bytes: its bundler makes a compiled module of the file.
export const platform: Platform = {
  decide: { instantiateNow: () => new WebAssembly.Instance(module).exports },
  isPerRequest: true,
  conditional: byTag,
};
