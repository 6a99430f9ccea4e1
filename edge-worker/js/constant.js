// The entry point of the benchmark's baseline workers.
import { initSync, fetch } from "./edgewise_worker.js";
import module from "./edgewise_worker.wasm";

initSync({ module });

export default { fetch };
