// Measures the edge worker in workerd, compared with workers that return constant bytes. Started by `cargo xtask bench worker`.
//
// Each contender is a separate workerd process on the same core. Only one contender has load at a time, and the load (wrk)
// comes from another core. CPU times are read from /proc. Contenders take turns, and medians are compared.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile, cp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import workerd from "workerd";
import { median } from "../../support/median.mjs";
import { freePort } from "../../support/servers.mjs";
import { until } from "../../support/until.mjs";
import { connect } from "../connection.mjs";
import { serve, store } from "../origin.mjs";
import { dist } from "../runtime.mjs";

const constants = path.join(dist, "../constants");
const quick = process.argv.includes("--quick");
const [rounds, seconds] = quick ? [3, 2] : [7, 5];
const run = promisify(execFile);
const context = { country: "US", plan: "pro", age: 34, deviceType: "mobile" };
const user = "u0000001";

/** Starts workerd on the first core with modules and variables. */
async function start(scratch, name, { modules, bindings }) {
  const port = await freePort();
  const directory = path.join(scratch, name.replaceAll(/\W+/g, "-"));
  for (const { from } of modules) await cp(from, path.join(directory, path.basename(from)), { recursive: true });
  const text = (value) => JSON.stringify(value);
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [${modules.map(({ from, kind }) => `(name = ${text(path.basename(from))}, ${kind} = embed ${text(path.basename(from))})`)}],
      compatibilityDate = "2026-04-20",
      bindings = [${Object.entries(bindings).map(([name, value]) => `(name = ${text(name)}, text = ${text(value)})`)}])),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]);`;
  await writeFile(path.join(directory, "config.capnp"), config);
  const begun = performance.now();
  const child = spawn("taskset", ["--cpu-list", "0", workerd.default, "serve", path.join(directory, "config.capnp")], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  return { child, port, begun, stop: () => child.kill() };
}

/** Returns the CPU time of the threads of a process, in ns. */
async function cpu(process) {
  let sum = 0;
  for (const thread of await readdir(`/proc/${process}/task`)) {
    const schedule = await readFile(`/proc/${process}/task/${thread}/schedstat`, "utf8").catch(() => "0");
    sum += Number(schedule.split(" ")[0]);
  }
  return sum;
}

/** Puts load on a contender, and returns the CPU time per request in µs, and the requests per second. */
async function load(contender, seconds) {
  const before = await cpu(contender.child.pid);
  const wrk = ["--cpu-list", "1", "wrk", "-t1", "-c16", `-d${seconds}s`, `http://127.0.0.1:${contender.port}${contender.at}`];
  const { stdout } = await run("taskset", wrk);
  const used = (await cpu(contender.child.pid)) - before;
  const requests = Number(/(\d+) requests in/.exec(stdout)[1]);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`${contender.name}: ${stdout}`);
  return { cpu: used / 1000 / requests, rate: requests / seconds };
}

const module = (from, kind = "esModule") => ({ from, kind });
const wasm = (directory) => [
  module(path.join(directory, "index.js")),
  module(path.join(directory, "edgewise_worker.wasm"), "wasm"),
];

/** Builds a worker with GrowthBook's SDK and the same experiments. */
async function growthbook(scratch, workload) {
  const snapshot = JSON.parse(await readFile(path.join(store, `configs/${workload}/snapshots/1.json`), "utf8"));
  const features = {};
  for (const { key, salt, targetingRules, variants } of snapshot.experiments) {
    const [{ conditions }] = targetingRules;
    const condition = Object.fromEntries(
      conditions.map(({ attribute, operator, value }) => [attribute, operator === "in" ? { $in: value } : value]),
    );
    const variations = variants.map(({ id, key, payload }) => ({ id, key, payload }));
    features[key] = { defaultValue: null, rules: [{ condition, hashAttribute: "id", seed: salt, hashVersion: 2, variations, weights: [0.5, 0.5], coverage: 1 }] };
  }
  const source = `
    import { GrowthBook } from "@growthbook/growthbook";
    const features = ${JSON.stringify(features)};
    const keys = Object.keys(features);
    export default {
      fetch(request) {
        const query = new URL(request.url).searchParams;
        const attributes = { id: query.get("user_key"), ...JSON.parse(query.get("context") ?? "{}") };
        const client = new GrowthBook({ features, attributes });
        const assignments = [];
        for (const key of keys) {
          const { value } = client.evalFeature(key);
          if (value) assignments.push({ experiment_key: key, variant_key: value.key, variant_id: value.id, payload: value.payload });
        }
        client.destroy();
        return Response.json({ user_key: attributes.id, environment: query.get("env"), config_version: 1, assignments });
      },
    };`;
  const outfile = path.join(scratch, `growthbook-${workload}.js`);
  await build({ stdin: { contents: source, resolveDir: import.meta.dirname }, bundle: true, format: "esm", minify: true, outfile });
  return outfile;
}

/** Starts all contenders for a workload. */
async function contenders(scratch, origin, workload) {
  const at = `/decide?${new URLSearchParams({ user_key: user, env: workload, context: JSON.stringify(context) })}`;
  const bindings = { EDGEWISE_SNAPSHOT_STORE: origin.url, EDGEWISE_ENVIRONMENTS: workload, EDGEWISE_POLL_INTERVAL: "5" };
  const ready = async (name, worker) => {
    const contender = { name, at, ...(await start(scratch, `${workload}-${name}`, worker)) };
    const request = () => fetch(`http://127.0.0.1:${contender.port}${at}`).then((response) => response.text(), () => "");
    contender.body = await until(request, Boolean);
    return contender;
  };
  const edgewise = await ready("edgewise", { modules: wasm(dist), bindings });
  const BODY = edgewise.body;
  const script = path.join(scratch, `constant-${workload}.js`);
  await writeFile(script, `export default { fetch() { return new Response(${JSON.stringify(BODY)}, { headers: {
    "content-type": "application/json", "cache-control": "no-store", "x-config-version": "1", "x-config-age": "0",
    "x-config-status": "current" } }); } };`);
  const all = [
    edgewise,
    await ready("constant, crate worker", { modules: wasm(path.join(constants, "constant")), bindings: { BODY } }),
    await ready("constant, bare", { modules: wasm(path.join(constants, "bare")), bindings: { BODY } }),
    await ready("constant, JavaScript", { modules: [module(script)], bindings: {} }),
    await ready("growthbook 1.8.0", { modules: [module(await growthbook(scratch, workload))], bindings: {} }),
  ];
  const count = (body) => JSON.parse(body).assignments.length;
  for (const { name, body } of all) {
    if (count(body) !== count(BODY)) throw new Error(`${name} responds with ${count(body)} assignments`);
  }
  return all;
}

async function throughput(scratch, origin, workload) {
  const all = await contenders(scratch, origin, workload);
  try {
    for (const contender of all) await load(contender, 1);
    const samples = all.map(() => []);
    for (let round = 0; round < rounds; round += 1) {
      console.error(`${workload}: round ${round + 1} of ${rounds}`);
      for (let turn = 0; turn < all.length; turn += 1) {
        const number = (round + turn) % all.length;
        samples[number].push(await load(all[number], seconds));
      }
    }
    console.log(`\n${workload}: ${Buffer.byteLength(all[0].body)} bytes per response; medians of ${rounds} rounds of ${seconds} s\n`);
    console.log(`${"worker".padEnd(26)}${"CPU µs/request".padStart(16)}${"edgewise relative to it".padStart(24)}${"requests/s".padStart(12)}`);
    for (const [number, contender] of all.entries()) {
      const own = samples[number];
      const ratio = median(own.map((sample, round) => samples[0][round].cpu / sample.cpu));
      const cells = [median(own.map(({ cpu }) => cpu)).toFixed(1).padStart(16), ratio.toFixed(2).padStart(24)];
      console.log(`${contender.name.padEnd(26)}${cells.join("")}${median(own.map(({ rate }) => rate)).toFixed(0).padStart(12)}`);
    }
  } finally {
    for (const { stop } of all) stop();
  }
}

/** Measures the time of the first response of a fresh isolate, compared with constant workers. */
async function coldStart(scratch, origin) {
  const script = path.join(scratch, "hello.js");
  await writeFile(script, "export default { fetch() { return new Response('hello'); } };");
  const bindings = { EDGEWISE_SNAPSHOT_STORE: origin.url, EDGEWISE_ENVIRONMENTS: "w10" };
  const workers = {
    "constant, JavaScript": { modules: [module(script)], bindings: {} },
    "constant, crate worker": { modules: wasm(path.join(constants, "constant")), bindings: { BODY: "hello" } },
    edgewise: { modules: wasm(dist), bindings },
  };
  const first = Object.fromEntries(Object.keys(workers).map((name) => [name, []]));
  for (let round = 0; round < 3 * rounds; round += 1) {
    for (const [name, worker] of Object.entries(workers)) {
      const { port, stop } = await start(scratch, `cold-${name}`, worker);
      const connection = await until(() => connect({ hostname: "127.0.0.1", port }).catch(() => undefined), Boolean);
      const begun = performance.now();
      const { status } = await connection.get(`/decide?user_key=${user}&env=w10`);
      first[name].push(performance.now() - begun);
      if (status !== 200) throw new Error(`${name} responds ${status}`);
      connection.close();
      stop();
    }
  }
  console.log("\nThe first response of a fresh isolate, ms (the origin on the same machine, nothing cached):\n");
  for (const [name, samples] of Object.entries(first)) {
    console.log(`${name.padEnd(26)}${median(samples).toFixed(1).padStart(8)}`);
  }
}

/** Measures the time from a publish to the first decision with the new version, at a poll interval of one second. */
async function propagation(scratch, origin) {
  const interval = 1000;
  origin.publish(1);
  const bindings = { EDGEWISE_SNAPSHOT_STORE: origin.url, EDGEWISE_ENVIRONMENTS: "swap", EDGEWISE_POLL_INTERVAL: "1" };
  const { port, stop } = await start(scratch, "propagation", { modules: wasm(dist), bindings });
  const connection = await until(() => connect({ hostname: "127.0.0.1", port }).catch(() => undefined), Boolean);
  const version = async () => JSON.parse((await connection.get(`/decide?user_key=${user}&env=swap`)).body).config_version;
  await version();
  const took = [];
  for (let next = 2; next < (quick ? 7 : 32); next += 1) {
    const published = performance.now();
    origin.publish(next);
    while ((await version()) !== next);
    took.push(performance.now() - published);
  }
  connection.close();
  stop();
  took.sort((a, b) => a - b);
  console.log(`\nFrom a publish to the first decision with the new version, at a poll interval of ${interval} ms, under load:\n`);
  console.log(`median ${median(took).toFixed(0)} ms, longest ${took.at(-1).toFixed(0)} ms, of ${took.length}`);
}

const scratch = await mkdtemp(path.join(tmpdir(), "edgewise-bench-"));
const origin = await serve();
try {
  await throughput(scratch, origin, "w10");
  await throughput(scratch, origin, "w100");
  await coldStart(scratch, origin);
  await propagation(scratch, origin);
} finally {
  await origin.stop();
  await rm(scratch, { recursive: true, force: true });
}
