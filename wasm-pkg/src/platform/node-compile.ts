import { readFileSync } from "node:fs";

import { byTag, type Platform } from "../wasm.js";

const wasm = new URL("../compile.wasm", import.meta.url);

export const platform: Platform = {
  wasm,
  instantiateNow: () => new WebAssembly.Instance(new WebAssembly.Module(readFileSync(wasm))).exports,
  conditional: byTag,
};
