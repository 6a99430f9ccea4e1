// Requests from pages of other origins: published objects for all origins, and decisions for allowed origins.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { until } from "../support/until.mjs";
import { faults, serve, stored } from "./origin.mjs";
import { start } from "./runtime.mjs";

async function scene(context, bindings = {}, options = {}) {
  const origin = await serve();
  context.after(() => origin.stop());
  origin.publish(1);
  const worker = await start({
    bindings: { EDGEWISE_SNAPSHOT_STORE: origin.url, EDGEWISE_ENVIRONMENTS: "swap", ...bindings },
    ...options,
  });
  context.after(() => worker.stop());
  return { origin, worker };
}

test("published objects are served with their ETags", async (context) => {
  const { worker } = await scene(context);
  for (const [object, caching, type] of [
    ["version.json", "public, max-age=1", "application/json"],
    ["snapshots/1.json", "public, max-age=31536000, immutable", "application/json"],
    ["rulesets/1/1.bin", "public, max-age=31536000, immutable", "application/octet-stream"],
  ]) {
    const at = `/configs/swap/${object}`;
    // The first response comes from the origin, and the second response from the cache that isolates share.
    for (const _ of [1, 2]) {
      const response = await worker.fetch(at);
      assert.equal(response.status, 200, object);
      assert.equal(response.headers.get("cache-control"), caching);
      assert.equal(response.headers.get("content-type"), type);
      assert.equal(response.headers.get("access-control-allow-origin"), "*");
      const bytes = Buffer.from(await response.arrayBuffer());
      const expected = object === "version.json" ? Buffer.from('{"version":1}') : await stored(at.slice(1));
      assert.ok(bytes.equals(expected), object);
      const etag = response.headers.get("etag");
      for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
        const unchanged = await worker.fetch(at, { headers: { "if-none-match": tags } });
        assert.equal(unchanged.status, 304, tags);
        assert.equal(unchanged.headers.get("etag"), etag);
        assert.equal(await unchanged.text(), "");
      }
      assert.equal((await worker.fetch(at, { headers: { "if-none-match": '"other"' } })).status, 200);
    }
  }
});

test("objects that the origin compresses are served and loaded as they were published", async (context) => {
  const { origin, worker } = await scene(context);
  for (const object of ["snapshots/1.json", "rulesets/1/1.bin"]) {
    const content = await stored(`configs/swap/${object}`);
    origin.objects.set(`configs/swap/${object}`, (_, response) => {
      const body = gzipSync(content);
      response
        .writeHead(200, { "content-encoding": "gzip", "content-length": body.length, etag: 'W/"1"' })
        .end(body);
    });
    const at = `/configs/swap/${object}`;
    // The first response comes from the origin, and the second response from the cache that isolates share.
    for (const _ of [1, 2]) {
      const response = await worker.fetch(at);
      assert.equal(response.status, 200, object);
      assert.ok(Buffer.from(await response.arrayBuffer()).equals(content), object);
      const unchanged = await worker.fetch(at, { headers: { "if-none-match": 'W/"1"' } });
      assert.equal(unchanged.status, 304, object);
    }
  }
  assert.equal((await worker.fetch("/decide?env=swap&user_key=u")).status, 200);
});

test("browsers that poll cause one fetch per interval", async (context) => {
  const { origin, worker } = await scene(context, {}, { still: true });
  const poll = async () => (await worker.fetch("/configs/swap/version.json")).json();
  await poll();
  await until(poll, () => origin.count("version.json") >= 1);
  // An object is shared only after the response.
  let before;
  await until(async () => {
    before = origin.requested.length;
    await poll();
    return origin.requested.length === before;
  }, Boolean);
  for (let number = 0; number < 20; number += 1) await poll();
  assert.equal(origin.requested.length, before);
  origin.publish(2);
  await worker.advance(5_000);
  assert.deepEqual(await poll(), { version: 2 });
});

test("HEAD has no body, OPTIONS lists the allowed methods, and other paths are 404", async (context) => {
  const { worker } = await scene(context, { EDGEWISE_ENVIRONMENTS: "swap" });
  const head = await worker.fetch("/configs/swap/version.json", { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(await head.text(), "");
  const options = await worker.fetch("/configs/swap/version.json", { method: "OPTIONS" });
  assert.equal(options.status, 204);
  assert.equal(options.headers.get("access-control-allow-methods"), "GET, HEAD");
  for (const at of [
    "/configs/",
    "/configs/swap",
    "/configs/swap/secret.json",
    "/configs/swap/snapshots/99999.json",
    "/configs/swap/snapshots/01.json",
    "/configs/w10/version.json",
    "/configs/..%2fsecret.json",
    "/configs/%73wap/version.json",
  ]) {
    const response = await worker.fetch(at);
    assert.equal(response.status, 404, at);
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.ok((await response.json()).error);
  }
  assert.equal((await worker.fetch("/configs/swap/version.json", { method: "PUT" })).status, 404);
});

test("an origin that cannot be read is a 503 that is not cached", async (context) => {
  const { origin, worker } = await scene(context);
  origin.fault = faults["responds 500"];
  const response = await worker.fetch("/configs/swap/version.json");
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(response.headers.get("access-control-allow-origin"), "*");
});

test("only pages of the listed origins may send decide requests", async (context) => {
  const { worker } = await scene(context, { EDGEWISE_CORS_ORIGINS: "https://a.example,https://b.example" });
  const decide = (origin, init = {}) =>
    worker.fetch("/decide?env=swap&user_key=u", { ...init, headers: { ...(origin && { origin }) } });
  for (const [origin, allowed] of [
    ["https://a.example", "https://a.example"],
    ["https://b.example", "https://b.example"],
    ["https://c.example", null],
    [undefined, null],
  ]) {
    for (const method of ["GET", "OPTIONS", "POST"]) {
      const response = await decide(origin, { method });
      assert.equal(response.headers.get("access-control-allow-origin"), allowed, `${origin} ${method}`);
      assert.equal(response.headers.get("vary"), "origin");
    }
  }
  const preflight = await decide("https://a.example", { method: "OPTIONS" });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get("access-control-allow-methods"), "GET, HEAD, POST");
  assert.equal(preflight.headers.get("access-control-allow-headers"), "content-type");
});

test("with `*`, pages of any origin may send decide requests, and read the headers of the response", async (context) => {
  const { worker } = await scene(context, { EDGEWISE_CORS_ORIGINS: "*" });
  const response = await worker.fetch("/decide?env=swap&user_key=u");
  assert.equal(response.headers.get("access-control-allow-origin"), "*");
  assert.match(response.headers.get("access-control-expose-headers"), /x-config-version/);
  assert.equal((await worker.fetch("/decide")).headers.get("access-control-allow-origin"), "*");
});
