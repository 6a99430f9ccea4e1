import type { WasmSource } from "./platform.js";

// Loaded when it is needed: few stores have snapshots alone, and the file is large.
export const source: WasmSource = { inlined: () => import("#inlined-compile") };
