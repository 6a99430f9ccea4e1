// As page.mjs, with the URLs of the WASM files, as the README says.
import { initializeCompiler } from "edgewise/compile";
import compiler from "edgewise/compile.wasm";
import wasm from "edgewise/edgewise.wasm";

import { use } from "./use.mjs";

const store = new URL(location.href).searchParams.get("store");
globalThis.used = initializeCompiler(new URL(compiler, import.meta.url)).then(() => use(store, new URL(wasm, import.meta.url)));
