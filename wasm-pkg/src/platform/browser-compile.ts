import type { WasmSource } from "./platform.js";

export const source: WasmSource = {
  address: () => new URL("../compile.wasm", import.meta.url),
  inlined: () => import("#inlined-compile"),
};
