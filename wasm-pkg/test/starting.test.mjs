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

test("a given WASM file that cannot be loaded is reported with the reason, and the next poll loads the package's own", async (t) => {
  t.mock.method(globalThis, "fetch", async (address) => {
    if (String(address).startsWith("https://csp.example/")) return new Response("", { status: 404 });
    throw new TypeError("fetch failed");
  });
  for (const [wasm, reason] of [
    [{ then: (_, reject) => reject(new Error("no such file")) }, /no such file/],
    [new Response("", { status: 503 }), /status 503/],
    [Promise.resolve(new Response("", { status: 503 })), /status 503/],
    ["https://csp.example/edgewise.wasm", /`https:\/\/csp.example\/edgewise.wasm`: status 404: check this file/],
    [Uint8Array.of(1, 2, 3), /WebAssembly/],
    [{}, /not a compiled module, bytes, an address or a response/],
    [null, /not a compiled module/],
  ]) {
    const { client, errors } = clientOf(await imported("browser"), { wasm });
    await assert.rejects(client.ready, (error) => error.code === "not-initialized" && reason.test(error.message));
    assert.equal(errors.length, 1);
    await client.refresh();
    assert.equal(client.decide("u").length, 1);
    client.close();
  }
});

test("a given WASM file that never arrives, and a server that does not respond, do not stop the client", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(globalThis, "fetch", () => new Promise(() => undefined));
  const edgewise = await imported("browser");
  const never = clientOf(edgewise, { wasm: new Promise(() => undefined) });
  const other = clientOf(edgewise);
  const refused = assert.rejects(never.client.ready, /engine.*no response in 10 s/);
  t.mock.timers.tick(10_000);
  await refused;
  // The address of the package's own file does not respond either, but there is a copy.
  await other.client.ready;
  assert.deepEqual(other.errors, []);
  await never.client.refresh();
  never.client.close();
  other.client.close();
});

test("clients with different WASM files do not fail with each other", async (t) => {
  t.mock.method(globalThis, "fetch", async () => new Response("", { status: 404 }));
  const edgewise = await imported("browser");
  const refused = clientOf(edgewise, { wasm: "https://flags.example.com/missing.wasm" });
  const other = clientOf(edgewise);
  await other.client.ready;
  await refused.client.ready.catch(() => undefined);
  assert.deepEqual(other.errors, []);
  refused.client.close();
  other.client.close();
});

test("a given WASM file that is not needed may reject", async () => {
  const edgewise = await imported("server");
  await clientOf(edgewise).client.ready;
  const { client } = clientOf(edgewise, { wasm: Promise.reject(new Error("no such file")) });
  await client.ready;
  client.close();
});

test("an asynchronous listener may reject", async (t) => {
  const logged = t.mock.method(console, "error", () => undefined);
  const { client, store } = clientOf(await imported("server"), {
    onError: async () => {
      throw new Error("the listener fails");
    },
  });
  await client.ready;
  store.put({ "version.json": 500 });
  await assert.rejects(client.refresh());
  await new Promise(setImmediate);
  assert.equal(logged.mock.callCount(), 1);
  client.close();
});

test("`ready` does not wait for polls after the first", async () => {
  const edgewise = await imported("server");
  const { client, store } = clientOf(edgewise);
  store.put({
    "version.json": () => {
      store.put({ "version.json": 500 });
      return new Response(pointer(3));
    },
  });
  const refreshed = assert.rejects(client.refresh());
  await client.ready;
  assert.equal(client.version, 3);
  await refreshed;
  client.close();
});

test("a refresh waits for at most one more poll", async () => {
  const polls = [];
  const asked = [];
  const begin = () => {
    const poll = deferred();
    polls.push(poll);
    asked.shift()?.();
    return poll.promise;
  };
  const nextPoll = () => new Promise((resolve) => asked.push(resolve));
  const first = nextPoll();
  const { client, store } = clientOf(await imported("server"));
  store.put({ "version.json": begin });
  await first;
  const second = nextPoll();
  const early = [client.refresh(), client.refresh()];
  polls[0].resolve(new Response(pointer(3)));
  await second;
  const third = nextPoll();
  const late = client.refresh();
  polls[1].resolve(new Response(pointer(3)));
  await Promise.all(early);
  await third;
  polls[2].resolve(new Response(pointer(3)));
  await late;
  assert.equal(polls.length, 3);
  client.close();
});

test("a `fetch` that ignores its signal does not stop the client", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { client, store } = clientOf(await imported("server"), { fetch: () => new Promise(() => undefined) });
  const refused = assert.rejects(client.ready, /version\.json` cannot be read: no response in 10 s/);
  // The request begins after the engine is loaded.
  await new Promise(setImmediate);
  t.mock.timers.tick(10_000);
  await refused;
  assert.deepEqual(store.requests, []);
  client.close();
});

test("a poll is due if the clock was set back", async (t) => {
  const { client, store } = clientOf(await imported("server"));
  await client.ready;
  await client.refresh(3_600_000);
  assert.deepEqual(store.requests.length, 2);
  const now = Date.now();
  t.mock.method(Date, "now", () => now - 2 * 3_600_000);
  await client.refresh(3_600_000);
  assert.deepEqual(store.requests.length, 3);
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
