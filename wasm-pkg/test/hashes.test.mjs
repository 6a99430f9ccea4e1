// A number that comes again with other content: the hashes in version.json.
import assert from "node:assert/strict";
import { test } from "node:test";

import { EdgewiseError, createClient } from "edgewise";

import { experiment, rulesetOf, snapshot } from "./snapshots.mjs";
import { FakeStore, hash, pointer, pointerTo } from "./store.mjs";

const RULESET = "rulesets/1/3.bin";
const SNAPSHOT = "snapshots/3.json";

const ruleset = (key, version = 3) => rulesetOf([experiment(key)], { version });
const json = (key, version = 3) => snapshot([experiment(key)], { version });

/** Returns the address of an object with this content. */
const address = (path, content) => `${path}?v=${hash(content).slice(0, 16)}`;

/** Creates a client that polls only on request. */
function clientOf(store, options = {}) {
  return createClient({
    configUrl: "http://store.example/base",
    environment: "prod",
    pollingInterval: 0,
    fetch: store.fetch,
    onError: () => undefined,
    ...options,
  });
}

/** Asserts that the client decides by the experiment with this key. */
function decides(client, key, version = 3) {
  assert.equal(client.version, version);
  assert.equal(client.decide("u")[0].experimentKey, key);
}

const corrupt = (error) =>
  error instanceof EdgewiseError && error.code === "store-corrupt" && /other content than version.json says/.test(error.message);

test("objects are fetched by their content", async () => {
  const [bytes, text] = [await ruleset("a"), json("a")];
  const store = new FakeStore({ "version.json": pointerTo(3, { ruleset: bytes, snapshot: text }), [RULESET]: bytes });
  let client = clientOf(store);
  await client.ready;
  assert.deepEqual(store.addresses, ["version.json", address(RULESET, bytes)]);
  client.close();

  const compiled = new FakeStore({ "version.json": pointerTo(3, { snapshot: text }), [SNAPSHOT]: text });
  client = clientOf(compiled);
  await client.ready;
  assert.deepEqual(compiled.addresses, ["version.json", RULESET, address(SNAPSHOT, text)]);
  client.close();
});

test("the same number with another hash is loaded", async () => {
  for (const held of [pointerTo(3, { ruleset: await ruleset("a") }), pointer(3)]) {
    const store = new FakeStore({ "version.json": held, [RULESET]: await ruleset("a") });
    const client = clientOf(store);
    await client.ready;
    decides(client, "a");
    store.put({ "version.json": pointerTo(3, { ruleset: await ruleset("b") }), [RULESET]: await ruleset("b") });
    await client.refresh();
    decides(client, "b");
    // A pointer without hashes says nothing about the content, and an older number is never followed.
    for (const pointed of [pointer(3), pointerTo(2, { ruleset: await ruleset("c", 2) })]) {
      store.put({ "version.json": pointed, [RULESET]: await ruleset("c") });
      await client.refresh();
      decides(client, "b");
    }
    client.close();
  }
});

test("a malformed hash counts as missing", async () => {
  const good = hash(await ruleset("b"));
  for (const sha256 of [null, 7, [], {}, { rulesets: { 1: good.toUpperCase() }, snapshot: 7 }, { rulesets: { 1: `${good}0`, 2: good } }]) {
    const store = new FakeStore({ "version.json": JSON.stringify({ version: 3, sha256 }), [RULESET]: await ruleset("a") });
    const client = clientOf(store);
    await client.ready;
    decides(client, "a");
    assert.deepEqual(store.addresses, ["version.json", RULESET]);
    client.close();
  }
});

test("other content is fetched again past all caches, and is corrupt if the store has it too", async () => {
  const bytes = await ruleset("new");
  const store = new FakeStore({ "version.json": pointerTo(3, { ruleset: bytes }), [RULESET]: bytes });
  const stale = address(RULESET, bytes);
  for (const cached of [await ruleset("old"), bytes.subarray(0, 100)]) {
    store.cached.set(stale, cached);
    store.addresses.length = 0;
    const client = clientOf(store);
    await client.ready;
    decides(client, "new");
    assert.deepEqual(store.addresses, ["version.json", stale, `${stale}!`]);
    client.close();
  }
  store.cached.clear();
  const client = clientOf(store);
  await client.ready;
  for (const [path, contents] of [["rulesets/1/4.bin", { ruleset: bytes }], ["snapshots/4.json", { snapshot: "{}" }]]) {
    store.put({ "version.json": pointerTo(4, contents), [path]: await ruleset("wrong", 4) });
    await assert.rejects(client.refresh(), corrupt);
    decides(client, "new");
    store.objects.delete(path);
  }
  client.close();
});

test("a version.json that a cache kept too long is read again past all caches", async () => {
  for (const [path, contents] of [
    [RULESET, async (key) => ({ ruleset: await ruleset(key) })],
    [SNAPSHOT, async (key) => ({ snapshot: json(key) })],
  ]) {
    const [old, anew] = [await contents("old"), await contents("new")];
    const [before] = Object.values(old);
    const [object] = Object.values(anew);
    const store = new FakeStore({ "version.json": pointerTo(3, anew), [path]: object });
    store.cached.set("version.json", pointerTo(3, old));
    const client = clientOf(store);
    await client.ready;
    decides(client, "new");
    const compiled = path === SNAPSHOT ? [RULESET] : [];
    const stale = address(path, before);
    const first = ["version.json", ...compiled, stale, `${stale}!`, "version.json!"];
    assert.deepEqual(store.addresses, [...first, ...compiled, address(path, object)]);
    // The client holds what the store has.
    store.addresses.length = 0;
    await client.refresh();
    assert.deepEqual(store.addresses, first);
    decides(client, "new");

    // version.json is not read a third time.
    store.addresses.length = 0;
    store.put({ "version.json": pointerTo(3, await contents("newer")) });
    await assert.rejects(client.refresh(), corrupt);
    assert.equal(store.addresses.filter((address) => address.startsWith("version.json")).length, 2);
    // The objects are not read again for the same hashes.
    store.addresses.length = 0;
    store.put({ "version.json": pointerTo(3, old) });
    await assert.rejects(client.refresh(), corrupt);
    assert.deepEqual(store.addresses, first);
    decides(client, "new");
    client.close();
  }
});

test("latest.json stands in for the named version only if it has the hash of the named snapshot", async () => {
  const bytes = await ruleset("new");
  const named = pointerTo(3, { ruleset: bytes, snapshot: json("new") });
  const store = new FakeStore({ "version.json": named, "snapshots/latest.json": json("old") });
  const client = clientOf(store);
  await client.ready;
  decides(client, "old");
  await client.refresh();
  decides(client, "old");
  store.put({ [RULESET]: bytes });
  await client.refresh();
  decides(client, "new");
  // Other content of the same number is not replaced by latest.json.
  store.put({ "version.json": pointerTo(3, { ruleset: await ruleset("newer"), snapshot: json("newer") }) });
  store.objects.delete(RULESET);
  await client.refresh();
  decides(client, "new");
  // latest.json with the hash is loaded once.
  store.put({ "snapshots/latest.json": json("newer") });
  await client.refresh();
  decides(client, "newer");
  store.addresses.length = 0;
  await client.refresh();
  assert.deepEqual(store.addresses, ["version.json"]);
  client.close();
});

test("a page that cannot hash still fetches objects by their content", async (t) => {
  const bytes = await ruleset("a");
  const store = new FakeStore({ "version.json": pointerTo(3, { ruleset: await ruleset("b") }), [RULESET]: bytes });
  const { crypto } = globalThis;
  t.after(() => Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true }));
  for (const insecure of [{}, undefined]) {
    Object.defineProperty(globalThis, "crypto", { value: insecure, configurable: true });
    store.addresses.length = 0;
    const client = clientOf(store);
    await client.ready;
    decides(client, "a");
    assert.deepEqual(store.addresses, ["version.json", address(RULESET, await ruleset("b"))]);
    client.close();
  }
});

test("a given ruleset is not fetched again if it is the live one, and is replaced if it has other content", async () => {
  const bytes = await ruleset("a");
  const store = new FakeStore({ "version.json": pointerTo(3, { ruleset: bytes }), [RULESET]: bytes });
  const client = clientOf(store, { ruleset: bytes });
  await client.ready;
  await client.refresh();
  assert.deepEqual([...new Set(store.requests)], ["version.json"]);
  store.put({ "version.json": pointerTo(3, { ruleset: await ruleset("b") }), [RULESET]: await ruleset("b") });
  await client.refresh();
  decides(client, "b");
  client.close();
});

test("a saved ruleset yields to any version.json that was fetched", async () => {
  const saved = await ruleset("saved");
  const persistence = { load: () => saved, save: () => undefined };
  for (const version of [2, 3]) {
    const bytes = await ruleset("live", version);
    const store = new FakeStore({ "version.json": new Error("down"), [`rulesets/1/${version}.bin`]: bytes });
    const client = clientOf(store, { persistence });
    await client.ready;
    decides(client, "saved");
    store.put({ "version.json": pointerTo(version, { ruleset: bytes }) });
    await client.refresh();
    decides(client, "live", version);
    client.close();
  }
});
