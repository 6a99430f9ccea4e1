// Clients in workerd, where promises, timers and signals belong to the request that created them.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Miniflare } from "miniflare";

import { compile } from "../../../wasm-pkg/dist/server/compile.js";
import { ROOT } from "../support/run.mjs";
import { stopServer } from "../support/servers.mjs";

const dist = join(ROOT, "wasm-pkg/dist");
let store;

before(async () => {
  store = await startStore();
});

after(() => store?.stop());

/** A store whose version is `version`. While `isSilent`, the store does not respond, and resolves `asked`. */
async function startStore() {
  const state = { version: 1, isSilent: false, asked: () => undefined };
  const server = createServer(async (request, response) => {
    if (state.isSilent) return state.asked();
    const [, version] = /rulesets\/1\/(\d+)\.bin/.exec(request.url) ?? [];
    if (request.url.endsWith("/version.json")) response.end(JSON.stringify({ version: state.version }));
    else if (version !== undefined) response.end(await compile(snapshot(Number(version))));
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, {
    address: `http://127.0.0.1:${server.address().port}`,
    stop: () => stopServer(server),
  });
}

function snapshot(version) {
  const variant = { id: "v", key: "on", payload: null };
  const allocation = { variantId: "v", rangeStart: 0, rangeEnd: 9999 };
  const experiment = { id: "e", key: `of-${version}`, salt: "s", targetingRules: [], variants: [variant], allocations: [allocation] };
  return JSON.stringify({ version, environment: "prod", publishedAt: "2026-01-01T00:00:00.000Z", experiments: [experiment] });
}

const MODULE_LEVEL = "let client = create();";
const IN_REQUEST = "let client;";

/** Starts a worker that keeps a client across requests, and returns a function that sends requests. */
function start(declaration, options = "") {
  return startModule(`
    import { createClient } from "./workerd/index.js";
    import wasm from "./edgewise.wasm";
    const create = () => createClient({ configUrl: "${store.address}", environment: "prod", onError: () => undefined, ${options} });
    ${declaration}
    const responses = {
      "/": (context) => client.ready,
      "/refresh": (context) => client.refresh(),
      "/due": (context) => client.refresh(3_600_000),
      "/wait": async (context) => {
        await client.ready;
        context.waitUntil(client.refresh());
      },
      "/close": async (context) => {
        client.close();
        client = create();
        await client.ready;
      },
    };
    export default {
      async fetch(request, env, context) {
        try {
          client ??= create();
          await responses[new URL(request.url).pathname](context);
          return new Response(client.decide("u").map(({ experimentKey }) => experimentKey).join());
        } catch (error) {
          return new Response(error.stack, { status: 500 });
        }
      },
    };`);
}

async function startModule(main, bindings = {}) {
  const modules = [{ type: "ESModule", path: "main.mjs", contents: main }];
  for (const name of await readdir(join(dist, "workerd"))) {
    modules.push({ type: "ESModule", path: `workerd/${name}`, contents: await readFile(join(dist, "workerd", name)) });
  }
  for (const name of ["edgewise.wasm", "compile.wasm"]) {
    modules.push({ type: "CompiledWasm", path: name, contents: await readFile(join(dist, name)) });
  }
  const worker = new Miniflare({ modules, bindings, compatibilityDate: "2024-01-01", port: 0, host: "127.0.0.1" });
  const address = await worker.ready;
  return {
    get: async (path, init) => (await fetch(new URL(path, address), init)).text(),
    stop: () => worker.dispose(),
  };
}

for (const [name, declaration, options] of [
  ["in its first request", IN_REQUEST],
  ["at module level", MODULE_LEVEL],
  ["at module level, with the WASM file", MODULE_LEVEL, "wasm"],
  ["at module level, with options for other runtimes", MODULE_LEVEL, "stream: true, pollingInterval: 1"],
]) {
  test(`a client that a worker creates ${name} takes up new versions in any request`, { timeout: 60_000 }, async () => {
    store.version = 1;
    const worker = await start(declaration, options);
    try {
      assert.equal(await worker.get("/"), "of-1");
      store.version = 2;
      assert.equal(await worker.get("/"), "of-1");
      assert.equal(await worker.get("/refresh"), "of-2");
      store.version = 3;
      assert.equal(await worker.get("/due"), "of-2");
      // The response is sent before the poll ends, but the worker runs the poll to its end.
      await worker.get("/wait");
      for (let found = ""; found !== "of-3"; ) found = await worker.get("/");
      store.version = 4;
      assert.deepEqual(new Set(await Promise.all(Array.from({ length: 5 }, () => worker.get("/refresh")))), new Set(["of-4"]));
      assert.equal(await worker.get("/close"), "of-4");
    } finally {
      await worker.stop();
    }
  });
}

test("a request that is given up during a poll does not keep other requests from polling", { timeout: 60_000 }, async () => {
  store.version = 1;
  const worker = await start(IN_REQUEST);
  try {
    for (const path of ["/", "/refresh"]) {
      store.isSilent = true;
      const asked = new Promise((resolve) => (store.asked = resolve));
      const given = new AbortController();
      const response = worker.get(path, { signal: given.signal });
      await asked;
      given.abort();
      await assert.rejects(response);
      store.isSilent = false;
      store.version += 1;
      assert.equal(await worker.get(path), `of-${store.version}`);
    }
  } finally {
    await worker.stop();
  }
});

test("the worker in the README decides, and polls when a poll is due", { timeout: 60_000 }, async () => {
  const readme = await readFile(join(ROOT, "wasm-pkg/README.md"), "utf8");
  const [, example] = /```js\n\/\/ src\/worker\.js\n(.*?)```/s.exec(readme);
  const main = example.replace('"edgewise"', '"./workerd/index.js"').replace("refresh(5000)", "refresh(1)");
  store.version = 1;
  const worker = await startModule(main, { CONFIG_URL: store.address });
  try {
    const key = async () => JSON.parse(await worker.get("/"))[0].experimentKey;
    assert.equal(await key(), "of-1");
    store.version = 2;
    for (let found = ""; found !== "of-2"; ) found = await key();
  } finally {
    await worker.stop();
  }
});
