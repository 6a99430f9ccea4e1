// As page.mjs, with the URLs of the WASM files, as the README says.
import { initializeCompiler } from "edgewise/compile";
import compiler from "edgewise/compile.wasm";
import wasm from "edgewise/edgewise.wasm";

import { use } from "./use.mjs";

globalThis.used = initializeCompiler(compiler).then(() => use(new URL(location.href).searchParams.get("store"), wasm));
