// The entry of the workers that the bench compares with.
import { initSync, fetch } from "./edgewise_worker.js";
import module from "./edgewise_worker.wasm";

initSync({ module });

export default { fetch };
