// The worker's entry point: creates the WASM instance, and passes requests to the instance.
import { initSync, fetch, __wbg_reset_state, __worker_init_state } from "./edgewise_worker.js";
import module from "./edgewise_worker.wasm";

initSync({ module });
const state = __worker_init_state();

export default {
  fetch(request, env, context) {
    // An instance that has panicked is unusable. A new instance starts, and loads the configuration again.
    if (state.criticalError) {
      state.criticalError = false;
      __wbg_reset_state();
    }
    try {
      return fetch(request, env, context);
    } catch (fault) {
      state.criticalError = true;
      console.error("internal error: please report this bug", fault);
      return Response.json({ error: "internal error: the worker has logged the details" }, { status: 500 });
    }
  },
};
