# For `workerd serve edge-worker/config.capnp`, after `cargo xtask worker`: the worker at http://127.0.0.1:8787, reading
# from the gateway that `cargo xtask run` starts.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "edgewise", worker = .edgewise),
    # The gateway runs on this machine, which workers may not access by default.
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "edgewise")],
);

const edgewise :Workerd.Worker = (
  modules = [
    (name = "index.js", esModule = embed "dist/index.js"),
    (name = "edgewise_worker.wasm", wasm = embed "dist/edgewise_worker.wasm"),
  ],
  compatibilityDate = "2026-04-20",
  bindings = [
    (name = "EDGEWISE_ENVIRONMENTS", text = "prod"),
    (name = "EDGEWISE_SNAPSHOT_STORE", text = "http://127.0.0.1:3000"),
    (name = "EDGEWISE_POLL_INTERVAL", text = "5"),
    (name = "EDGEWISE_CORS_ORIGINS", text = "*"),
  ],
);
