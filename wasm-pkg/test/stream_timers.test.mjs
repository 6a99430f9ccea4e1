// What clients do after a time without a stream. No test of this file uses the network, whose timers are mocked too.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";

import { createClient as createClientOfPage } from "../dist/browser/index.js";
import { mockTimers } from "./clock.mjs";
import { FakeStore, deferred } from "./store.mjs";
import { LIMIT, clientOf, eventStream, fetchOf, turn, updateOf, versioned } from "./streams.mjs";

// Timers and streams of clients do not keep the process alive. The timer below does, while tests wait for clients.
const alive = setInterval(() => undefined, 1000);
after(() => clearInterval(alive));

test("a stream that one client's `fetch` may not open is opened by another's", LIMIT, async (t) => {
  const pass = mockTimers(t);
  const store = new FakeStore(await versioned(3));
  const opened = deferred();
  let refusals = 0;
  const refused = clientOf("http://store.example", {
    fetch: fetchOf(store, () => {
      refusals += 1;
      return new Response("", { status: 401 });
    }),
  });
  const allowed = clientOf("http://store.example", { fetch: fetchOf(store, () => eventStream(opened.resolve)) });
  await Promise.all([refused.ready, allowed.ready]);
  let isOpen = false;
  void opened.promise.then(() => (isOpen = true));
  for (let seconds = 0; !isOpen; seconds += 1) {
    assert.ok(seconds < 60);
    pass(1_000);
    await turn();
  }
  assert.equal(refusals, 1);
  const updates = Promise.all([refused, allowed].map(updateOf));
  store.put(await versioned(4));
  (await opened.promise).enqueue(new TextEncoder().encode("data: a\n\n"));
  assert.deepEqual(await updates, [4, 4]);
  refused.close();
  allowed.close();
});

test("a page polls at its own interval again when the page that has the stream loses it or is silent", LIMIT, async (t) => {
  const pass = mockTimers(t);
  // Another page has the lock.
  const request = (_, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const original = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { locks: { request } }, configurable: true });
  const name = "edgewise http://store.example/base/api/stream?env=prod";
  const [leader, witness] = [new BroadcastChannel(name), new BroadcastChannel(name)];
  t.after(() => {
    leader.close();
    witness.close();
    delete globalThis.navigator;
    if (original !== undefined) Object.defineProperty(globalThis, "navigator", original);
  });
  const store = new FakeStore(await versioned(3));
  const polls = () => store.requests.filter((path) => path === "version.json").length;
  const client = createClientOfPage({
    configUrl: "http://store.example/base",
    environment: "prod",
    pollingInterval: 1_000,
    stream: true,
    fetch: store.fetch,
    wasm: await readFile(new URL("../dist/edgewise.wasm", import.meta.url)),
  });
  await client.ready;
  const [LOST, OPEN, CHANGED] = [0, 1, 2];
  /** Sends news to the page, and waits until they have arrived. */
  const tell = async (news) => {
    const arrived = new Promise((resolve) => (witness.onmessage = resolve));
    leader.postMessage(news);
    await arrived;
    await turn();
  };
  /** Tells the page that the stream is open, and returns the number of polls. The next poll is after at least 48 seconds. */
  const open = async () => {
    const updated = updateOf(client);
    store.put(await versioned(client.version + 1));
    await tell(CHANGED);
    await updated;
    // The poll is over when the refresh is.
    await client.refresh();
    return polls();
  };
  /** Lets time pass until there is another poll, and returns the milliseconds. */
  const untilPoll = async (count) => {
    for (let milliseconds = 0; ; milliseconds += 100) {
      if (polls() > count) return milliseconds;
      assert.ok(milliseconds < 100_000);
      pass(100);
      await turn();
    }
  };

  const silent = await untilPoll(await open());
  assert.ok(silent >= 45_000 && silent < 48_000, `${silent} ms`);

  let count = await open();
  await tell(LOST);
  const lost = await untilPoll(count);
  assert.ok(lost < 45_000, `${lost} ms`);

  count = await open();
  pass(40_000);
  await tell(OPEN);
  pass(7_000);
  await turn();
  assert.equal(polls(), count);
  client.close();
});
