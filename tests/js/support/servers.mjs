// Servers on 127.0.0.1, on free ports.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { createServer as listener } from "node:net";

import { until } from "./until.mjs";

/** Starts a server whose responses are `respond(path)` → {body, type, status}. Returns its address, and a function to stop it. */
export async function serve(respond) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://127.0.0.1");
    // Not all imitations of browsers know which requests need no question in advance.
    if (request.method === "OPTIONS") {
      return response.writeHead(204, { "access-control-allow-origin": "*", "access-control-allow-headers": "*" }).end();
    }
    const { status = 200, type = "application/octet-stream", body = "" } = respond(pathname) ?? { status: 404 };
    response.writeHead(status, { "content-type": type, "access-control-allow-origin": "*" });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    stop: () => stopServer(server),
  };
}

/** Stops a server of node:http, and ends its connections. */
export function stopServer(server) {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}

const TYPES = { html: "text/html", js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm", json: "application/json" };

export function typeOf(path) {
  return TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream";
}

/** Returns a free port below the ephemeral ports. */
export async function freePort() {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const probe = listener();
    const free = await new Promise((resolve) => {
      probe.once("error", () => resolve(false));
      probe.listen(port, "127.0.0.1", () => resolve(true));
    });
    await new Promise((resolve) => probe.close(resolve));
    if (free) return port;
  }
}

/** Starts `edgewise` with a command and options, in a directory, without variables, and waits until it is ready. */
export async function startEdgewise(directory, ...options) {
  const { EDGEWISE_BIN } = process.env;
  assert.ok(EDGEWISE_BIN, "EDGEWISE_BIN must name the server: run `cargo xtask test`");
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("EDGEWISE_")));
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const server = spawn(EDGEWISE_BIN, [...options, "--bind", `127.0.0.1:${port}`], { env, cwd: directory, stdio: "ignore" });
  const ended = new Promise((resolve) => server.once("close", resolve));
  const stop = () => {
    server.kill();
    return ended;
  };
  const ready = async () => {
    assert.equal(server.exitCode ?? server.signalCode, null, "the server exited before it was ready");
    return fetch(`${address}/ready`).then(({ status }) => status, () => 0);
  };
  try {
    await until(ready, (status) => status === 200);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, stop };
}
