// How the worker tells a number that comes again with other content from the old one: by the hashes in version.json.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { until } from "../support/until.mjs";
import { serve, stored } from "./origin.mjs";
import { start } from "./runtime.mjs";

const POINTER = "configs/swap/version.json";
const RULESET = "configs/swap/rulesets/1/1.bin";
const SNAPSHOT = "configs/swap/snapshots/1.json";
const IMMUTABLE = "public, max-age=31536000, immutable";

const hash = (content) => createHash("sha256").update(content).digest("hex");

/** Returns the address of an object with this content. */
const address = (object, content) => `${object}?v=${hash(content).slice(0, 16)}`;

/** Returns a snapshot of version 1 with a mark in each payload. */
async function marked(mark) {
  const snapshot = JSON.parse(await stored(SNAPSHOT));
  for (const { variants } of snapshot.experiments) for (const variant of variants) variant.payload = { mark };
  return Buffer.from(JSON.stringify(snapshot));
}

/** Returns a version.json with the hash of a snapshot. */
const pointerTo = (snapshot) => Buffer.from(JSON.stringify({ version: 1, sha256: { snapshot: hash(snapshot) } }));

/** Starts an origin that has published a snapshot as version 1. */
async function origin(context, snapshot) {
  const origin = await serve();
  context.after(() => origin.stop());
  origin.objects.set(RULESET, (_, response) => response.writeHead(404).end());
  origin.republish = (snapshot) => {
    origin.objects.set(SNAPSHOT, snapshot);
    origin.objects.set(POINTER, pointerTo(snapshot));
  };
  origin.republish(snapshot);
  return origin;
}

async function worker(context, store, options = {}) {
  const bindings = { EDGEWISE_SNAPSHOT_STORE: store.url ?? store, EDGEWISE_ENVIRONMENTS: "swap" };
  const worker = await start({ bindings, ...options });
  context.after(() => worker.stop());
  return worker;
}

/** Decides, and returns the mark of the snapshot. */
async function mark(worker) {
  const { body } = await worker.decide("swap");
  assert.equal(body.config_version, 1, JSON.stringify(body));
  return body.assignments[0].payload.mark;
}

test("a number that comes again with other content is loaded", async (context) => {
  const [old, anew] = [await marked("old"), await marked("anew")];
  const store = await origin(context, old);
  const running = await worker(context, store);
  assert.equal(await mark(running), "old");
  assert.ok(store.requested.includes(address(SNAPSHOT, old)), store.requested.join());
  store.republish(anew);
  await running.advance(5_000);
  await until(() => mark(running), (mark) => mark === "anew");
  assert.ok(store.requested.includes(address(SNAPSHOT, anew)), store.requested.join());
});

test("a bucket's number that comes again with other content is loaded", async (context) => {
  const running = await worker(context, "r2:SNAPSHOTS/", { r2Buckets: ["SNAPSHOTS"] });
  const bucket = await running.miniflare.getR2Bucket("SNAPSHOTS");
  for (const content of ["old", "anew"]) {
    const snapshot = await marked(content);
    await bucket.put(SNAPSHOT, String(snapshot));
    await bucket.put(POINTER, String(pointerTo(snapshot)));
    await running.advance(5_000);
    await until(() => running.decide("swap"), ({ body }) => body.assignments?.[0].payload.mark === content);
  }
});

test("an isolate that starts does not use the old content that isolates share", async (context) => {
  const cachePersist = await mkdtemp(path.join(tmpdir(), "edgewise-worker-"));
  context.after(() => rm(cachePersist, { recursive: true, force: true }));
  const [old, anew] = [await marked("old"), await marked("anew")];
  const store = await origin(context, old);
  const first = await worker(context, store, { cachePersist });
  assert.equal(await mark(first), "old");
  // Objects are shared after the response: then a request causes no request to the origin.
  const isShared = async () => {
    const before = store.requested.length;
    await (await first.fetch(`/${address(SNAPSHOT, old)}`)).arrayBuffer();
    return store.requested.length === before;
  };
  await until(isShared, Boolean);
  await first.stop();

  store.republish(anew);
  const second = await worker(context, store, { cachePersist });
  // A pointer that another isolate has fetched within the last minute would do.
  await second.advance(61_000);
  assert.equal(await mark(second), "anew");
});

/** Lets the worker share the origin's version.json with its isolates, before an isolate has a ruleset. */
async function sharePointer(worker, store) {
  const isShared = async () => {
    const before = store.requested.length;
    await (await worker.fetch(`/${POINTER}`)).arrayBuffer();
    return store.requested.length === before;
  };
  await until(isShared, Boolean);
}

test("a shared version.json that is older than the objects is read again past caches", async (context) => {
  const [old, anew] = [await marked("old"), await marked("anew")];
  const store = await origin(context, old);
  const running = await worker(context, store);
  await sharePointer(running, store);
  store.republish(anew);
  store.requested.length = 0;
  assert.equal(await mark(running), "anew");
  const pointed = [POINTER, RULESET, address(SNAPSHOT, anew)];
  assert.deepEqual(store.requested, [RULESET, address(SNAPSHOT, old), address(SNAPSHOT, old), ...pointed]);
  assert.deepEqual((await running.health()).config_errors ?? {}, {});

  // The new version.json is shared, and the new content is not shared under the address of the old content.
  const isShared = async () => {
    const before = store.requested.length;
    await (await running.fetch(`/${address(SNAPSHOT, anew)}`)).arrayBuffer();
    return store.requested.length === before;
  };
  await until(isShared, Boolean);
  const response = await running.fetch(`/${address(SNAPSHOT, old)}`);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(await response.text(), String(anew));
});

test("a shared version.json whose version is gone is read again", async (context) => {
  const store = await origin(context, await marked("only"));
  const gone = (_, response) => response.writeHead(404).end();
  for (const object of ["rulesets/1/2.bin", "snapshots/2.json", "snapshots/latest.json"]) {
    store.objects.set(`configs/swap/${object}`, gone);
  }
  const first = store.objects.get(POINTER);
  store.publish(2);
  const running = await worker(context, store);
  await sharePointer(running, store);
  store.objects.set(POINTER, first);
  assert.equal(await mark(running), "only");
});

test("other content is fetched again past caches, and is not used if the origin has it too", async (context) => {
  const [old, anew] = [await marked("old"), await marked("anew")];
  const store = await origin(context, anew);
  // A cache in front of the origin that ignores queries.
  store.objects.set(SNAPSHOT, (_, response) => {
    response.end(store.count("snapshots/1.json") === 1 ? old : anew);
  });
  const running = await worker(context, store);
  assert.equal(await mark(running), "anew");
  assert.equal(store.count("snapshots/1.json"), 2);
  assert.match(store.headers["cache-control"], /no-cache/);

  const wrong = await marked("wrong");
  store.objects.set(POINTER, pointerTo(wrong));
  await running.advance(5_000);
  const problem = await until(
    async () => (await mark(running), (await running.health()).config_errors?.swap),
    (problem) => problem !== undefined,
  );
  assert.match(problem, /snapshots\/1\.json` is corrupt: it has other content than version\.json says/);
  assert.equal(await mark(running), "anew");
});

test("an object is immutable, and shared, only under the address of its content", async (context) => {
  const [old, anew] = [await marked("old"), await marked("anew")];
  const store = await origin(context, anew);
  const running = await worker(context, store);
  const fetched = async (at, init) => {
    const response = await running.fetch(`/${at}`, init);
    return { caching: response.headers.get("cache-control"), status: response.status, text: await response.text() };
  };
  const whole = { status: 200, text: String(anew) };
  for (let time = 0; time < 2; time += 1) {
    // The object may have been replaced after the client has read version.json.
    assert.deepEqual(await fetched(address(SNAPSHOT, old)), { caching: "no-store", ...whole });
  }
  assert.equal(store.requested.filter((at) => at === address(SNAPSHOT, old)).length, 2);
  assert.deepEqual(await fetched(address(SNAPSHOT, anew)), { caching: IMMUTABLE, ...whole });
  assert.deepEqual(await fetched(`${SNAPSHOT}?v=1`), { caching: "no-store", ...whole });
  assert.deepEqual(await fetched(SNAPSHOT), { caching: IMMUTABLE, ...whole });
  assert.deepEqual(await fetched(`${POINTER}?v=1`), { caching: "public, max-age=1", status: 200, text: String(pointerTo(anew)) });

  // A client whose cache has other content asks past all caches, also past that of the worker.
  store.objects.set(SNAPSHOT, old);
  assert.deepEqual(await fetched(address(SNAPSHOT, anew)), { caching: IMMUTABLE, ...whole });
  const again = await fetched(address(SNAPSHOT, anew), { headers: { "cache-control": "no-cache" } });
  assert.deepEqual(again, { caching: "no-store", status: 200, text: String(old) });
  const past = await fetched(address(SNAPSHOT, old), { headers: { "cache-control": "no-cache" } });
  assert.deepEqual(past, { caching: IMMUTABLE, status: 200, text: String(old) });
});

/** Lets the origin serve an object in two parts, without a length. `opened` counts requests, and `finish` sends the rest. */
function servedInParts(store, at, content) {
  const half = content.length / 2;
  const held = [];
  const parts = { opened: 0, finish: () => held.splice(0).forEach((finish) => finish()), isHeld: true };
  store.objects.set(at, (_, response) => {
    response.write(content.subarray(0, half));
    const finish = () => response.end(content.subarray(half));
    if (parts.isHeld) held.push(finish);
    else finish();
    parts.opened += 1;
  });
  return parts;
}

test("requests with any hash do not fill the memory", async (context) => {
  const store = await origin(context, await marked("any"));
  const running = await worker(context, store);
  assert.equal(await mark(running), "any");
  const object = "configs/swap/snapshots/2.json";
  const large = Buffer.alloc(3 << 20, "x");
  const parts = servedInParts(store, object, large);
  const before = (await running.health()).memory_bytes;
  const responses = Array.from({ length: 30 }, () => running.fetch(`/${object}?v=0000000000000000`));
  await until(async () => parts.opened, (opened) => opened === responses.length);
  parts.finish();
  for (const response of await Promise.all(responses)) {
    assert.deepEqual([response.status, response.headers.get("cache-control")], [200, "no-store"]);
    assert.ok(Buffer.from(await response.arrayBuffer()).equals(large));
  }
  const grown = (await running.health()).memory_bytes - before;
  assert.ok(grown < 10 * large.length, `${grown} bytes`);
  parts.isHeld = false;
  const response = await running.fetch(`/${address(object, large)}`);
  assert.equal(response.headers.get("cache-control"), IMMUTABLE);
  assert.ok(Buffer.from(await response.arrayBuffer()).equals(large));
});

test("clients that go away while an object is read take no memory", async (context) => {
  const store = await origin(context, await marked("any"));
  // Places that are not given back are free after 30 s: never, with this clock.
  const running = await worker(context, store, { still: true });
  const object = "configs/swap/snapshots/2.json";
  const content = Buffer.alloc(1 << 10, "x");
  const parts = servedInParts(store, object, content);
  const client = new AbortController();
  const responses = Array.from({ length: 8 }, () =>
    running.fetch(`/${object}?v=0000000000000000`, { signal: client.signal }).then((response) => response.arrayBuffer()),
  );
  await until(async () => parts.opened, (opened) => opened === responses.length);
  client.abort();
  await Promise.allSettled(responses);
  parts.finish();
  parts.isHeld = false;
  const caching = async () => {
    const response = await running.fetch(`/${address(object, content)}`);
    await response.arrayBuffer();
    return response.headers.get("cache-control");
  };
  await until(caching, (caching) => caching === IMMUTABLE);
});

test("an object that is too large to be compared is served, and not cached", async (context) => {
  const store = await origin(context, await marked("any"));
  const running = await worker(context, store);
  const object = "configs/swap/snapshots/2.json";
  const large = Buffer.alloc((8 << 20) + 2, "x");
  const parts = servedInParts(store, object, large);
  parts.isHeld = false;
  const fetched = async () => {
    const response = await running.fetch(`/${address(object, large)}`);
    assert.ok(Buffer.from(await response.arrayBuffer()).equals(large));
    return [response.status, response.headers.get("cache-control")];
  };
  assert.deepEqual(await fetched(), [200, "no-store"]);
  // The same with a length.
  store.objects.set(object, large);
  assert.deepEqual(await fetched(), [200, "no-store"]);
});
