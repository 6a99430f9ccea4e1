// For bundlers that do not move files by themselves: it says where they are.
import { initializeCompiler } from "edgewise/compile";
import compiler from "edgewise/compile.wasm";
import wasm from "edgewise/edgewise.wasm";

import { use } from "./use.mjs";

globalThis.used = initializeCompiler(compiler).then(() => use(location.origin, wasm));
