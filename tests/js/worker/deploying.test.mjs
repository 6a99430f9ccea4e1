// Deployments of the worker: with workerd itself, and with wrangler.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import workerd from "workerd";
import { freePort } from "../support/servers.mjs";
import { until } from "../support/until.mjs";
import { serve } from "./origin.mjs";
import { dist } from "./runtime.mjs";

const worker = path.dirname(dist);
const js = path.resolve(import.meta.dirname, "..");

async function scratch(context) {
  const directory = await mkdtemp(path.join(tmpdir(), "edgewise-worker-"));
  context.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

test("workerd serves the worker with config.capnp", async (context) => {
  const origin = await serve();
  context.after(() => origin.stop());
  const directory = await scratch(context);
  const port = await freePort();
  const config = (await readFile(path.join(worker, "config.capnp"), "utf8"))
    .replaceAll("127.0.0.1:8787", `127.0.0.1:${port}`)
    .replaceAll("http://127.0.0.1:3000", origin.url)
    .replace('text = "prod"', 'text = "w10"');
  await writeFile(path.join(directory, "config.capnp"), config);
  await cp(dist, path.join(directory, "dist"), { recursive: true });
  const process = spawn(workerd.default, ["serve", path.join(directory, "config.capnp")], { stdio: "ignore" });
  context.after(() => process.kill());
  const request = () => fetch(`http://127.0.0.1:${port}/decide?env=w10&user_key=u0000001`).catch(() => ({ status: 0 }));
  const response = await until(request, ({ status }) => status === 200);
  assert.equal((await response.json()).config_version, 1);
});

test("wrangler accepts the worker for a deployment", async (context) => {
  const directory = await scratch(context);
  await cp(dist, path.join(directory, "dist"), { recursive: true });
  await cp(path.join(worker, "wrangler.toml"), path.join(directory, "wrangler.toml"));
  const wrangler = path.join(js, "node_modules/wrangler/bin/wrangler.js");
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false", HOME: directory, CI: "1" };
  const { stdout } = await promisify(execFile)(process.execPath, [wrangler, "deploy", "--dry-run"], { cwd: directory, env });
  assert.match(stdout, /edgewise_worker\.wasm/);
  assert.match(stdout, /EDGEWISE_ENVIRONMENTS/);
  assert.match(stdout, /gzip: ([\d.]+)/);
});
