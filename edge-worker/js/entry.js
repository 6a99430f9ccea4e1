// The worker's entry: makes the WASM instance, and hands requests to it.
import { initSync, fetch, __wbg_reset_state, __worker_init_state } from "./edgewise_worker.js";
import module from "./edgewise_worker.wasm";

initSync({ module });
const state = __worker_init_state();

export default {
  fetch(request, env, context) {
    // An instance that panicked is done for. Another one begins, and loads its configuration anew.
    if (state.criticalError) {
      state.criticalError = false;
      __wbg_reset_state();
    }
    try {
      return fetch(request, env, context);
    } catch (fault) {
      state.criticalError = true;
      console.error("a fault in the program: please report it", fault);
      return Response.json({ error: "internal error: it has been logged" }, { status: 500 });
    }
  },
};
