// How clients share event streams, and when they close them.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { FakeStore, deferred, pointer } from "./store.mjs";
import { LIMIT, clientOf, eventStream, fetchOf, startServer, turn, until, updateOf, versioned } from "./streams.mjs";

// Timers and streams of clients do not keep the process alive. The timer below does, while tests wait for clients.
const alive = setInterval(() => undefined, 1000);
after(() => clearInterval(alive));

test("the clients of a process share a stream, and the last one closes it", LIMIT, async (t) => {
  const store = new FakeStore(await versioned(3));
  const { address, streams } = await startServer(t, store);
  const clients = Array.from({ length: 6 }, () => clientOf(address));
  await Promise.all(clients.map((client) => client.ready));
  await until(() => streams.size > 0);
  for (const version of [4, 5]) {
    const updates = Promise.all(clients.map(updateOf));
    store.put(await versioned(version));
    assert.equal(streams.size, 1);
    for (const stream of streams) stream.write("data: a\n\n");
    await updates;
    clients.shift().close();
  }
  for (const client of clients) client.close();
  await until(() => streams.size === 0);
});

test("a stream may be at the end of redirects, but not of endless ones", LIMIT, async (t) => {
  const store = new FakeStore(await versioned(3));
  const redirects = { "/base/api/stream": "/moved", "/moved": "../other/stream", "/loop": "/loop" };
  const { address, streams } = await startServer(t, store, redirects);
  const client = clientOf(address);
  const lost = clientOf(address, { stream: `${address}/loop` });
  await Promise.all([client.ready, lost.ready]);
  await until(() => streams.size === 1);
  const updated = updateOf(client);
  store.put(await versioned(4));
  for (const stream of streams) stream.write("data: a\n\n");
  assert.equal(await updated, 4);
  await lost.refresh();
  assert.equal(lost.version, 4);
  client.close();
  lost.close();
});

test("a hidden page closes the stream, and polls when it is visible again", LIMIT, async (t) => {
  const page = Object.assign(new EventTarget(), { visibilityState: "visible" });
  globalThis.document = page;
  t.after(() => delete globalThis.document);
  const show = (visibilityState) => {
    page.visibilityState = visibilityState;
    page.dispatchEvent(new Event("visibilitychange"));
  };
  const store = new FakeStore(await versioned(3));
  const signals = [];
  const fetch = fetchOf(store, ({ signal }) => {
    signals.push(signal);
    return eventStream(() => undefined);
  });
  const client = clientOf("http://store.example", { fetch });
  await client.ready;
  assert.deepEqual(signals.map(({ aborted }) => aborted), [false]);
  show("hidden");
  assert.deepEqual(signals.map(({ aborted }) => aborted), [true]);
  const updated = updateOf(client);
  store.put(await versioned(4));
  show("visible");
  assert.equal(await updated, 4);
  assert.deepEqual(signals.map(({ aborted }) => aborted), [true, false]);
  client.close();
  show("visible");
  assert.deepEqual(signals.map(({ aborted }) => aborted), [true, true]);
});

test("a refresh during a poll, which may have missed a change, polls again", LIMIT, async () => {
  const store = new FakeStore(await versioned(3));
  const client = clientOf("http://store.example", { fetch: store.fetch, stream: false });
  await client.ready;
  const [asked, held] = [deferred(), deferred()];
  store.put({ "version.json": async () => (asked.resolve(), await held.promise, new Response(pointer(3))) });
  const first = client.refresh();
  await asked.promise;
  store.put(await versioned(4));
  const second = client.refresh();
  await turn();
  held.resolve();
  await Promise.all([first, second]);
  assert.equal(client.version, 4);
  client.close();
});
