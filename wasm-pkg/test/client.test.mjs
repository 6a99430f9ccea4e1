import assert from "node:assert/strict";
import { after, test } from "node:test";

import { EdgewiseError, createClient } from "edgewise";

import { experiment, rulesetOf, snapshot } from "./snapshots.mjs";
import { FakeStore, deferred, pointer } from "./store.mjs";

// Timers of clients do not keep the process alive. The timer below does, while tests wait for clients.
const alive = setInterval(() => undefined, 1000);
after(() => clearInterval(alive));

const ruleset = (version, environment = "prod") => rulesetOf([experiment(`of-${version}`)], { version, environment });
const json = (version) => snapshot([experiment(`of-${version}`)], { version });

/** Creates a client that polls only on request. */
function clientOf(store, options = {}) {
  const errors = [];
  const client = createClient({
    configUrl: "http://store.example/base/",
    environment: "prod",
    pollingInterval: 0,
    fetch: store.fetch,
    onError: (error) => errors.push(error),
    ...options,
  });
  return { client, errors };
}

function refused(code, message) {
  return (error) => error instanceof EdgewiseError && error.code === code && message.test(error.message);
}

/** Asserts that the client decides from this version. */
function decides(client, version) {
  assert.equal(client.version, version);
  assert.equal(client.decide("u")[0].experimentKey, `of-${version}`);
}

const RULESET = "rulesets/1/3.bin";

test("only the pointer and its ruleset are fetched", async () => {
  const store = new FakeStore({ "version.json": pointer(3), [RULESET]: await ruleset(3), "snapshots/latest.json": json(4) });
  const { client } = clientOf(store);
  await client.ready;
  decides(client, 3);
  assert.deepEqual(store.requests, ["version.json", RULESET]);
  client.close();
});

test("snapshots of a store without rulesets are compiled", async () => {
  const denied = () => new Response("<Error><Code>AccessDenied</Code></Error>", { status: 403 });
  for (const absent of [404, denied]) {
    const store = new FakeStore({ "version.json": pointer(3), [RULESET]: absent, "snapshots/3.json": json(3) });
    const { client } = clientOf(store);
    await client.ready;
    decides(client, 3);
    assert.deepEqual(store.requests, ["version.json", RULESET, "snapshots/3.json"]);
    client.close();
  }
});

test("a refusal is an error, not an absent object", async () => {
  const refusals = [403, () => new Response("<Error><Code>SignatureDoesNotMatch</Code></Error>", { status: 403 })];
  for (const refusal of refusals) {
    const store = new FakeStore({ "version.json": refusal, "snapshots/latest.json": json(3) });
    const { client } = clientOf(store);
    await assert.rejects(client.ready, /status 403/);
    assert.deepEqual(store.requests, ["version.json"]);
    client.close();
  }
});

test("latest.json is the last resort", async () => {
  const store = new FakeStore({ "snapshots/latest.json": json(7) });
  const { client } = clientOf(store);
  await client.ready;
  decides(client, 7);
  store.put({ "snapshots/latest.json": json(6) });
  await client.refresh();
  decides(client, 7);
  store.put({ "snapshots/latest.json": json(8) });
  await client.refresh();
  decides(client, 8);
  client.close();
});

test("only the pointer is fetched if nothing is new, with its entity tag", async () => {
  const store = new FakeStore({ "version.json": pointer(3), [RULESET]: await ruleset(3) });
  const { client } = clientOf(store);
  await client.ready;
  store.requests.length = 0;
  await client.refresh();
  await client.refresh();
  assert.deepEqual(store.requests, ["version.json", "version.json"]);
  assert.equal(store.tags[0], null);
  assert.ok(store.tags[1] !== null && store.tags[1] === store.tags[2]);
  client.close();
});

test("a pointer whose ruleset failed to load is followed again", async () => {
  const store = new FakeStore({ "version.json": pointer(3), [RULESET]: await ruleset(3) });
  const { client } = clientOf(store);
  await client.ready;
  store.put({ "version.json": pointer(4), "rulesets/1/4.bin": 500 });
  await assert.rejects(client.refresh(), refused("store-failed", /rulesets\/1\/4.bin` cannot be read: the store responded with status 500/));
  decides(client, 3);
  store.put({ "rulesets/1/4.bin": await ruleset(4) });
  await client.refresh();
  decides(client, 4);
  client.close();
});

test("a client never goes back to an older version", async () => {
  const store = new FakeStore({ "version.json": pointer(3), [RULESET]: await ruleset(3) });
  const { client } = clientOf(store);
  await client.ready;
  store.put({ "version.json": pointer(2), "rulesets/1/2.bin": await ruleset(2) });
  await client.refresh();
  decides(client, 3);
  store.put({ "version.json": pointer(4), "snapshots/4.json": json(2) });
  await assert.rejects(client.refresh(), refused("store-corrupt", /has version 2, older than 3/));
  decides(client, 3);
  client.close();
});

test("a corrupt object is reported once by name, and the loaded version stays", async () => {
  const good = await ruleset(4);
  const cases = [
    [{ "version.json": '{"version":' }, /version.json` is corrupt/],
    [{ "version.json": '{"version":-1}' }, /version.json` is corrupt: it has no version/],
    [{ "version.json": '{"version":1.5}' }, /version.json` is corrupt/],
    [{ "rulesets/1/4.bin": good.subarray(0, -4) }, /rulesets\/1\/4.bin` is corrupt: the ruleset is damaged/],
    [{ "rulesets/1/4.bin": "<html>" }, /rulesets\/1\/4.bin` is corrupt: not a ruleset/],
    [{ "rulesets/1/4.bin": await ruleset(5) }, /corrupt: it has version 5/],
    [{ "rulesets/1/4.bin": await ruleset(4, "staging") }, /corrupt: it belongs to environment `staging`/],
    [{ "snapshots/4.json": "{" }, /snapshots\/4.json` is corrupt: not a snapshot/],
    [{}, /version.json` is corrupt: it points to version 4, which has no snapshot/],
  ];
  for (const [objects, message] of cases) {
    const store = new FakeStore({ "version.json": pointer(3), [RULESET]: await ruleset(3) });
    const { client, errors } = clientOf(store);
    await client.ready;
    store.put({ "version.json": pointer(4), ...objects });
    await assert.rejects(client.refresh(), refused("store-corrupt", message));
    await assert.rejects(client.refresh(), refused("store-corrupt", message));
    assert.equal(errors.length, 1, String(message));
    decides(client, 3);
    client.close();
  }
});

test("ready rejects if nothing is published, and a later version is found", async () => {
  const store = new FakeStore();
  const { client, errors } = clientOf(store, { pollingInterval: 1 });
  await assert.rejects(client.ready, refused("no-config", /nothing is published for environment `prod`/));
  assert.throws(() => client.decide("u"), refused("not-ready", /await client.ready/));
  const updated = deferred();
  client.onUpdate(updated.resolve);
  store.put({ "version.json": pointer(3), [RULESET]: await ruleset(3) });
  await client.refresh();
  assert.equal(await updated.promise, 3);
  decides(client, 3);
  assert.equal(errors.length, 1);
  client.close();
});

test("polling finds a new version, even after failures", async () => {
  const store = new FakeStore({ "version.json": pointer(3), [RULESET]: await ruleset(3) });
  const { client } = clientOf(store, { pollingInterval: 1 });
  await client.ready;
  const updated = deferred();
  const stop = client.onUpdate(updated.resolve);
  store.put({ "version.json": pointer(4), "rulesets/1/4.bin": await ruleset(4) });
  assert.equal(await updated.promise, 4);
  stop();
  decides(client, 4);

  const failed = deferred();
  const recovered = deferred();
  client.onUpdate(recovered.resolve);
  store.put({ "version.json": () => (failed.resolve(), Promise.reject(new Error("it hangs"))) });
  await failed.promise;
  store.put({ "version.json": pointer(5), "rulesets/1/5.bin": await ruleset(5) });
  assert.equal(await recovered.promise, 5);
  client.close();
});

test("an event of the stream triggers a poll", async () => {
  const events = deferred();
  const requests = [];
  const store = new FakeStore({ "version.json": pointer(3), [RULESET]: await ruleset(3) });
  const fetch = (url, init) => {
    if (!url.includes("/api/stream")) return store.fetch(url, init);
    requests.push(url);
    const body = new ReadableStream({ start: (controller) => events.resolve(controller) });
    return Promise.resolve(new Response(body, { headers: { "content-type": "text/event-stream" } }));
  };
  const { client } = clientOf(store, { stream: true, fetch });
  await client.ready;
  const controller = await events.promise;
  assert.deepEqual(requests, ["http://store.example/base/api/stream?env=prod"]);
  const send = (text) => controller.enqueue(new TextEncoder().encode(text));
  for (const [version, event] of [[4, 'data: {"version":4}\n\n'], [5, "id: 1\r\nevent: x\r\ndata: y\r\n\r\n"]]) {
    const updated = deferred();
    const stop = client.onUpdate(updated.resolve);
    store.put({ "version.json": pointer(version), [`rulesets/1/${version}.bin`]: await ruleset(version) });
    send(": a comment is no event\n\n");
    send(event.slice(0, 5));
    send(event.slice(5));
    assert.equal(await updated.promise, version);
    stop();
  }
  client.close();
});

test("a stream that is silent for too long is opened again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const opened = [deferred(), deferred()];
  let count = 0;
  const store = new FakeStore({ "version.json": pointer(3), [RULESET]: await ruleset(3) });
  const fetch = (url, init) => {
    if (!url.includes("/api/stream")) return store.fetch(url, init);
    const body = new ReadableStream({ pull: (controller) => opened[count++]?.resolve(controller) }, { highWaterMark: 0 });
    return Promise.resolve(new Response(body, { headers: { "content-type": "text/event-stream" } }));
  };
  const { client } = clientOf(store, { stream: true, pollingInterval: 0, fetch });
  await client.ready;
  await opened[0].promise;
  t.mock.timers.tick(45_000);
  // The pause before the stream is opened again.
  const again = opened[1].promise.then(() => true);
  for (let seconds = 0; !(await Promise.race([again, new Promise((resolve) => setImmediate(resolve, false))])); seconds++) {
    assert.ok(seconds < 60);
    t.mock.timers.tick(1_000);
  }
  client.close();
});

test("a stream whose server sends no response is opened again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const opened = [deferred(), deferred()];
  const signals = [];
  const store = new FakeStore({ "version.json": pointer(3), [RULESET]: await ruleset(3) });
  const fetch = (url, init) => {
    if (!url.includes("/api/stream")) return store.fetch(url, init);
    opened[signals.length]?.resolve();
    signals.push(init.signal);
    return new Promise((_, reject) => init.signal.addEventListener("abort", () => reject(init.signal.reason)));
  };
  const { client } = clientOf(store, { stream: true, pollingInterval: 0, fetch });
  await client.ready;
  await opened[0].promise;
  t.mock.timers.tick(44_999);
  assert.equal(signals[0].aborted, false);
  t.mock.timers.tick(1);
  assert.equal(signals[0].aborted, true);
  const again = opened[1].promise.then(() => true);
  for (let seconds = 0; !(await Promise.race([again, new Promise((resolve) => setImmediate(resolve, false))])); seconds++) {
    assert.ok(seconds < 60);
    t.mock.timers.tick(1_000);
  }
  assert.equal(signals[1].aborted, false);
  client.close();
  assert.equal(signals[1].aborted, true);
});

test("a server without streams is polled", async () => {
  const store = new FakeStore({ "version.json": pointer(3), [RULESET]: await ruleset(3) });
  const { client, errors } = clientOf(store, { stream: "http://store.example/nothing", pollingInterval: 1 });
  await client.ready;
  const updated = deferred();
  client.onUpdate(updated.resolve);
  store.put({ "version.json": pointer(4), "rulesets/1/4.bin": await ruleset(4) });
  assert.equal(await updated.promise, 4);
  assert.deepEqual(errors, []);
  client.close();
});

test("a hidden page does not poll, and polls when the page becomes visible", async () => {
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  const show = (visibilityState) => {
    page.visibilityState = visibilityState;
    page.dispatchEvent(new Event("visibilitychange"));
  };
  globalThis.document = page;
  const timers = new Set();
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  globalThis.setTimeout = (...call) => {
    const timer = set(...call);
    timers.add(timer);
    return timer;
  };
  globalThis.clearTimeout = (timer) => {
    timers.delete(timer);
    clear(timer);
  };
  try {
    const store = new FakeStore({ "version.json": pointer(3), [RULESET]: await ruleset(3) });
    const { client } = clientOf(store, { pollingInterval: 60_000 });
    await client.ready;
    assert.equal(timers.size, 1, "the next poll is scheduled");
    show("hidden");
    assert.equal(timers.size, 0, "no poll is scheduled");
    await client.refresh();
    assert.equal(timers.size, 0, "not even after a refresh");
    const updated = deferred();
    client.onUpdate(updated.resolve);
    store.put({ "version.json": pointer(4), "rulesets/1/4.bin": await ruleset(4) });
    show("visible");
    assert.equal(await updated.promise, 4);
    client.close();
  } finally {
    delete globalThis.document;
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  }
});

test("a given ruleset decides immediately, and only a newer version replaces the ruleset", async () => {
  const store = new FakeStore({ "version.json": pointer(2), "rulesets/1/2.bin": await ruleset(2) });
  const { client, errors } = clientOf(store, { ruleset: await ruleset(3) });
  decides(client, 3);
  await client.ready;
  await client.refresh();
  decides(client, 3);
  store.put({ "version.json": pointer(4), "rulesets/1/4.bin": await ruleset(4) });
  await client.refresh();
  decides(client, 4);
  assert.deepEqual(errors, []);
  client.close();
});

test("an invalid given ruleset is reported, and the store is polled", async () => {
  const store = new FakeStore({ "version.json": pointer(3), [RULESET]: await ruleset(3) });
  for (const [bytes, message] of [
    [new Uint8Array(9), /not a ruleset/],
    [await ruleset(9, "staging"), /belongs to environment `staging`/],
  ]) {
    const { client, errors } = clientOf(store, { ruleset: bytes });
    await client.ready;
    decides(client, 3);
    assert.equal(errors.length, 1);
    assert.ok(refused("bad-ruleset", message)(errors[0]));
    client.close();
  }
});

test("a saved ruleset starts the next client, and any version of the store replaces the ruleset", async () => {
  const kept = new Map();
  const persistence = {
    load: async (key) => kept.get(key),
    save: (key, bytes) => void kept.set(key, bytes),
  };
  const store = new FakeStore({ "version.json": pointer(3), [RULESET]: await ruleset(3) });
  const first = clientOf(store, { persistence }).client;
  await first.ready;
  first.close();
  assert.deepEqual([...kept.keys()], ["edgewise http://store.example/base prod"]);

  const down = new FakeStore({ "version.json": new Error("down") });
  const offline = clientOf(down, { persistence }).client;
  await offline.ready;
  decides(offline, 3);
  down.put({ "version.json": pointer(2), "rulesets/1/2.bin": await ruleset(2) });
  await offline.refresh();
  decides(offline, 2);
  offline.close();

  // A saved ruleset that is live is not swapped.
  kept.clear();
  kept.set("edgewise http://store.example/base prod", await ruleset(3));
  const held = deferred();
  store.put({ "version.json": async () => (await held.promise, new Response(pointer(3))) });
  const same = clientOf(store, { persistence }).client;
  const updates = [];
  await same.ready;
  same.onUpdate((version) => updates.push(version));
  held.resolve();
  await same.refresh();
  decides(same, 3);
  assert.deepEqual(updates, []);
  same.close();
});

test("a failing persistence does not affect the client", async () => {
  const store = new FakeStore({ "version.json": pointer(3), [RULESET]: await ruleset(3) });
  const broken = () => Promise.reject(new Error("full"));
  for (const load of [broken, () => new Uint8Array(3), () => undefined]) {
    const { client, errors } = clientOf(store, { persistence: { load, save: broken } });
    await client.ready;
    decides(client, 3);
    assert.deepEqual(errors, []);
    client.close();
  }
});

test("an exposure is reported once for each user, experiment and variant", async () => {
  const reported = [];
  const bytes = await rulesetOf([experiment("a"), experiment("b"), experiment("c", { allocations: [] })], { version: 3 });
  const onExposure = (assignment, userKey) => reported.push(`${assignment.experimentKey} ${userKey}`);
  const { client } = clientOf(new FakeStore(), { ruleset: bytes, onExposure });
  client.decide("u1");
  assert.deepEqual(reported, []);
  for (const user of ["u1", "u1", "u2"]) {
    client.variant("a", user);
    client.variant("c", user);
  }
  client.variant("b", "u1");
  assert.deepEqual(reported, ["a u1", "a u2", "b u1"]);
  client.close();
});

test("a listener that throws does not affect other listeners", async (t) => {
  t.mock.method(console, "error", () => undefined);
  const store = new FakeStore({ "version.json": pointer(4), "rulesets/1/4.bin": await ruleset(4) });
  const fail = () => {
    throw new Error("my own fault");
  };
  const { client } = clientOf(store, { ruleset: await ruleset(3), onExposure: fail, onError: fail });
  const updates = [];
  client.onUpdate(fail);
  client.onUpdate((version) => updates.push(version));
  await client.refresh();
  assert.deepEqual(updates, [4]);
  assert.equal(client.variant("of-4", "u").variantKey, "on");
  assert.ok(console.error.mock.callCount() >= 2);
  client.close();
});

test("without onError, an error is logged once, without the user", async (t) => {
  const warn = t.mock.method(console, "warn", () => undefined);
  const store = new FakeStore({ "version.json": 500 });
  const { client } = clientOf(store, { onError: undefined, ruleset: await ruleset(3) });
  client.decide("somebody", { country: "US" });
  await assert.rejects(client.refresh());
  await assert.rejects(client.refresh());
  assert.equal(warn.mock.callCount(), 1);
  assert.match(warn.mock.calls[0].arguments[0], /^edgewise: `configs\/prod\/version.json` cannot be read: the store responded with status 500$/);
  client.close();
});

test("a closed client rejects calls and aborts its fetch", async () => {
  const started = deferred();
  const hanging = (init) =>
    new Promise((_, reject) => {
      started.resolve();
      init.signal.addEventListener("abort", () => reject(init.signal.reason));
    });
  const { client, errors } = clientOf(new FakeStore({ "version.json": hanging }));
  await started.promise;
  client.close();
  client.close();
  await assert.rejects(client.ready, refused("closed", /create another one/));
  for (const call of [() => client.decide("u"), () => client.variant("a", "u")]) {
    assert.throws(call, refused("closed", /create another one/));
  }
  await assert.rejects(client.refresh(), refused("closed", /create another one/));
  assert.deepEqual(errors, []);
});

test("invalid options are named", () => {
  const good = { configUrl: "http://store.example", environment: "prod" };
  for (const [options, message] of [
    [undefined, /needs options/],
    [{ ...good, configUrl: undefined }, /`configUrl` must be/],
    [{ ...good, configUrl: "" }, /`configUrl` must be/],
    [{ ...good, environment: undefined }, /`environment` must be/],
    [{ ...good, environment: "../x" }, /`environment` must be/],
    [{ ...good, pollingInterval: -1 }, /`pollingInterval` must be/],
    [{ ...good, pollingInterval: "5" }, /`pollingInterval` must be/],
    [{ ...good, ruleset: {} }, /`ruleset` must be/],
    [{ ...good, stream: "" }, /`stream` must be/],
    [{ ...good, stream: 1 }, /`stream` must be/],
    [{ ...good, onExposure: 1 }, /`onExposure` must be a function/],
    [{ ...good, fetch: "x" }, /`fetch` must be a function/],
  ]) {
    assert.throws(() => createClient(options), refused("bad-argument", message));
  }
});
