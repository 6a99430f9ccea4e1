// The worker in its real runtime: workerd, started by miniflare.
import { readFileSync } from "node:fs";
import path from "node:path";
import { Miniflare, Log, LogLevel } from "miniflare";

const root = path.resolve(import.meta.dirname, "../../..");

/** The directory in which `cargo xtask worker` builds the worker. */
export const dist = path.join(root, "edge-worker/dist");

// A wrapper of the worker whose clock a request can advance. A still clock advances only by such requests.
const clock = (still) => `
  import worker from "./index.js";
  const now = Date.now;
  let ahead = 0;
  let began;
  Date.now = () => (${still} ? (began ??= now()) : now()) + ahead;
  export default {
    fetch(request, env, context) {
      const [, ms] = /\\/advance\\/(\\d+)$/.exec(request.url) ?? [];
      if (ms === undefined) return worker.fetch(request, env, context);
      ahead += Number(ms);
      return new Response("advanced");
    },
  };
`;

/** Starts a worker. `bindings` are its variables, `still` stops its clock, and `options` are further options of miniflare. */
export async function start({ bindings = {}, still = false, ...options }) {
  const logged = [];
  const log = new (class extends Log {
    log(message) {
      logged.push(message);
    }
  })(LogLevel.INFO);
  const miniflare = new Miniflare({
    modules: [
      { type: "ESModule", path: "clock.js", contents: clock(still) },
      { type: "ESModule", path: "index.js", contents: readFileSync(path.join(dist, "index.js")) },
      { type: "CompiledWasm", path: "edgewise_worker.wasm", contents: readFileSync(path.join(dist, "edgewise_worker.wasm")) },
    ],
    compatibilityDate: "2026-04-20",
    host: "127.0.0.1",
    log,
    handleRuntimeStdio: (out, error) => {
      out.on("data", (data) => logged.push(String(data)));
      error.on("data", (data) => logged.push(String(data)));
    },
    bindings: { EDGEWISE_POLL_INTERVAL: "5", ...bindings },
    ...options,
  });
  const address = await miniflare.ready;
  let stopped;
  const url = (at) => new URL(at, address);
  return {
    miniflare,
    logged,
    url,
    fetch: (at, init) => fetch(url(at), init),
    /** Sends a decide request, and returns status, headers and body. */
    async decide(env, user = "u1", init = undefined) {
      const response = await fetch(url(`/decide?env=${env}&user_key=${user}`), init);
      return { status: response.status, headers: response.headers, body: await response.json() };
    },
    health: async () => (await fetch(url("/health"))).json(),
    advance: async (ms) => (await fetch(url(`/advance/${ms}`))).text(),
    stop: () => (stopped ??= miniflare.dispose()),
  };
}
