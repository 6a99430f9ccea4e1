// For bundlers that do not copy the WASM files by themselves: passes the URLs of the files.
import { initializeCompiler } from "edgewise/compile";
import compiler from "edgewise/compile.wasm";
import wasm from "edgewise/edgewise.wasm";

import { use } from "./use.mjs";

globalThis.used = initializeCompiler(compiler).then(() => use(location.origin, wasm));
