// How the package starts: what importing needs, and what happens to a WASM file that cannot be loaded.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, test } from "node:test";
import vm from "node:vm";

import { experiment, rulesetOf } from "./snapshots.mjs";
import { FakeStore, deferred, pointer } from "./store.mjs";

// Timers of clients do not keep the process alive. The timer below does, while tests wait for clients.
const alive = setInterval(() => undefined, 1000);
after(() => clearInterval(alive));

const dist = new URL("../dist/", import.meta.url);
const RULESET = await rulesetOf([experiment("button")], { version: 3, environment: "prod" });
let copies = 0;

/** Imports the package anew, without an instance of the WASM file. */
const imported = (runtime) => import(new URL(`${runtime}/index.js?copy=${copies++}`, dist));

/** Creates a client whose store has a ruleset. */
function clientOf({ createClient }, options) {
  const store = new FakeStore({ "version.json": pointer(3), "rulesets/1/3.bin": RULESET });
  const errors = [];
  const client = createClient({
    configUrl: "http://store.example/base/",
    environment: "prod",
    pollingInterval: 0,
    fetch: store.fetch,
    onError: (error) => errors.push(error),
    ...options,
  });
  return { client, errors, store };
}

test("CommonJS is imported, and decides, where only the language itself is available", async () => {
  // As in some environments of tests: no URL, no TextEncoder, no fetch, no document.
  const modules = new Map();
  const context = vm.createContext({});
  const requireFrom = (name) => {
    if (!modules.has(name)) {
      const module = { exports: {} };
      modules.set(name, module);
      const code = readFileSync(new URL(`cjs/${name}`, dist), "utf8");
      vm.runInContext(`(function (module, exports, require) {${code}\n})`, context)(module, module.exports, requireFrom);
    }
    return modules.get(name).exports;
  };
  const { Ruleset, EdgewiseError } = requireFrom("./index.cjs");
  assert.equal(typeof requireFrom("./compile.cjs").compile, "function");
  const names = readdirSync(new URL("cjs", dist));
  assert.equal(names.length, modules.size + 1, "all modules are imported but the one that is loaded on demand");
  assert.throws(() => Ruleset.load(RULESET), (error) => error instanceof EdgewiseError && /atob|TextEncoder/.test(error.message));
  Object.assign(context, { TextEncoder, TextDecoder });
  assert.equal(Ruleset.load(RULESET).decide("u").length, 1);
});

test("the given WASM file is used, in every form", async () => {
  const bytes = readFileSync(new URL("edgewise.wasm", dist));
  const forms = [
    () => bytes,
    () => bytes.slice().buffer,
    () => new DataView(bytes.slice().buffer),
    () => new WebAssembly.Module(bytes),
    () => new Response(bytes),
    () => new Response(bytes, { headers: { "content-type": "application/wasm" } }),
    // As polyfills of `fetch` respond.
    () => ({ ok: true, status: 200, headers: new Map(), arrayBuffer: async () => bytes.slice().buffer }),
  ];
  for (const form of forms) {
    for (const wasm of [form(), Promise.resolve(form())]) {
      const { client } = clientOf(await imported("browser"), { wasm });
      await client.ready;
      assert.equal(client.decide("u").length, 1);
      client.close();
    }
  }
});

test("a given WASM file that is none is reported with the reason", async () => {
  for (const [wasm, reason] of [
    [{ then: (_, reject) => reject(new Error("no such file")) }, /no such file/],
    [new Response("", { status: 503 }), /status 503/],
    [Uint8Array.of(1, 2, 3), /WebAssembly/],
    [{}, /not a compiled module, bytes, an address or a response/],
    [null, /not a compiled module/],
  ]) {
    const { client, errors } = clientOf(await imported("browser"), { wasm });
    await assert.rejects(client.ready, (error) => error.code === "not-initialized" && reason.test(error.message));
    await assert.rejects(client.refresh());
    assert.equal(errors.length, 1);
    client.close();
  }
});

test("a WASM file whose server does not respond is reported, and loaded by a later poll", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const silent = t.mock.method(globalThis, "fetch", (_, { signal }) => {
    const { promise, reject } = deferred();
    signal.addEventListener("abort", () => reject(signal.reason));
    return promise;
  });
  const { client, errors } = clientOf(await imported("browser"), { pollingInterval: 5000 });
  const refused = assert.rejects(client.ready, /edgewise\.wasm` did not respond in 10 s/);
  t.mock.timers.tick(10_000);
  await refused;
  assert.equal(errors.length, 1);
  silent.mock.mockImplementation(async () => new Response(readFileSync(new URL("edgewise.wasm", dist))));
  const loaded = new Promise((resolve) => client.onUpdate(resolve));
  t.mock.timers.tick(10_000);
  assert.equal(await loaded, 3);
  client.close();
});

test("a given ruleset decides as soon as the WASM file is loaded, even if the store fails", async (t) => {
  let respond;
  t.mock.method(globalThis, "fetch", () => new Promise((resolve) => (respond = resolve)));
  const { client, store } = clientOf(await imported("browser"), { ruleset: RULESET });
  store.put({ "version.json": 500 });
  assert.equal(client.version, undefined);
  assert.throws(() => client.decide("u"), /not-ready|no ruleset yet/);
  respond(new Response(readFileSync(new URL("edgewise.wasm", dist))));
  await client.ready;
  assert.equal(client.decide("u").length, 1);
  client.close();
});

test("a client that is closed while the WASM file loads fetches nothing, and rejects", async (t) => {
  let respond;
  t.mock.method(globalThis, "fetch", () => new Promise((resolve) => (respond = resolve)));
  const { client, store, errors } = clientOf(await imported("browser"), { ruleset: RULESET });
  client.close();
  respond(new Response(readFileSync(new URL("edgewise.wasm", dist))));
  await assert.rejects(client.ready, (error) => error.code === "closed");
  assert.deepEqual([store.requests, errors], [[], []]);
});

test("a ruleset that cannot be prepared for decisions does not keep its memory", async (t) => {
  let isFull = false;
  const released = [];
  const { Instance } = WebAssembly;
  t.mock.method(
    WebAssembly,
    "Instance",
    function (module) {
      const { exports } = new Instance(module);
      const input = (records, text) => (isFull ? 0 : exports.input(records, text));
      const release = (handle) => {
        released.push(handle);
        exports.release(handle);
      };
      return { exports: { ...exports, input, release } };
    },
  );
  const { Ruleset } = await imported("server");
  Ruleset.load(RULESET).close();
  isFull = true;
  assert.throws(() => Ruleset.load(RULESET), (error) => error.code === "out-of-memory");
  assert.equal(released.length, 2);
});

test("a browser's own fetch is called without an object", async () => {
  const store = new FakeStore({ "version.json": pointer(3), "rulesets/1/3.bin": RULESET });
  const fetch = function (...request) {
    // As browsers do.
    if (this !== undefined && this !== globalThis) throw new TypeError("Illegal invocation");
    return store.fetch(...request);
  };
  const { client } = clientOf(await imported("server"), { fetch });
  await client.ready;
  client.close();
});
