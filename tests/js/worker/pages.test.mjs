// What pages of other sites may do: read published objects, and ask for decisions where that is allowed.
import assert from "node:assert/strict";
import { test } from "node:test";
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

test("published objects are passed through, with their tags", async (context) => {
  const { worker } = await scene(context);
  for (const [object, caching, type] of [
    ["version.json", "public, max-age=1", "application/json"],
    ["snapshots/1.json", "public, max-age=31536000, immutable", "application/json"],
    ["rulesets/1/1.bin", "public, max-age=31536000, immutable", "application/octet-stream"],
  ]) {
    const at = `/configs/swap/${object}`;
    // The first is from the origin, the next from what isolates share.
    for (const _ of [1, 2]) {
      const answer = await worker.fetch(at);
      assert.equal(answer.status, 200, object);
      assert.equal(answer.headers.get("cache-control"), caching);
      assert.equal(answer.headers.get("content-type"), type);
      assert.equal(answer.headers.get("access-control-allow-origin"), "*");
      const bytes = Buffer.from(await answer.arrayBuffer());
      const expected = object === "version.json" ? Buffer.from('{"version":1}') : await stored(at.slice(1));
      assert.ok(bytes.equals(expected), object);
      const etag = answer.headers.get("etag");
      for (const asked of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
        const unchanged = await worker.fetch(at, { headers: { "if-none-match": asked } });
        assert.equal(unchanged.status, 304, asked);
        assert.equal(unchanged.headers.get("etag"), etag);
        assert.equal(await unchanged.text(), "");
      }
      assert.equal((await worker.fetch(at, { headers: { "if-none-match": '"other"' } })).status, 200);
    }
  }
});

test("browsers that poll cause one fetch an interval", async (context) => {
  const { origin, worker } = await scene(context, {}, { still: true });
  const poll = async () => (await worker.fetch("/configs/swap/version.json")).json();
  await poll();
  await until(poll, () => origin.count("version.json") >= 1);
  // What is shared is shared after the answer.
  let before;
  await until(async () => {
    before = origin.asked.length;
    await poll();
    return origin.asked.length === before;
  }, Boolean);
  for (let number = 0; number < 20; number += 1) await poll();
  assert.equal(origin.asked.length, before);
  origin.publish(2);
  await worker.advance(5_000);
  assert.deepEqual(await poll(), { version: 2 });
});

test("HEAD has no body, OPTIONS says what is allowed, and nothing else can be read", async (context) => {
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
    const answer = await worker.fetch(at);
    assert.equal(answer.status, 404, at);
    assert.equal(answer.headers.get("cache-control"), "no-store");
    assert.ok((await answer.json()).error);
  }
  assert.equal((await worker.fetch("/configs/swap/version.json", { method: "PUT" })).status, 404);
});

test("an origin that cannot be read is a 503 that nobody keeps", async (context) => {
  const { origin, worker } = await scene(context);
  origin.fault = faults["answers 500"];
  const answer = await worker.fetch("/configs/swap/version.json");
  assert.equal(answer.status, 503);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
});

test("pages of the sites that are listed may ask, and no others", async (context) => {
  const { worker } = await scene(context, { EDGEWISE_CORS_ORIGINS: "https://a.example,https://b.example" });
  const ask = (origin, init = {}) =>
    worker.fetch("/decide?env=swap&user_key=u", { ...init, headers: { ...(origin && { origin }) } });
  for (const [origin, allowed] of [
    ["https://a.example", "https://a.example"],
    ["https://b.example", "https://b.example"],
    ["https://c.example", null],
    [undefined, null],
  ]) {
    for (const method of ["GET", "OPTIONS", "POST"]) {
      const answer = await ask(origin, { method });
      assert.equal(answer.headers.get("access-control-allow-origin"), allowed, `${origin} ${method}`);
      assert.equal(answer.headers.get("vary"), "origin");
    }
  }
  const preflight = await ask("https://a.example", { method: "OPTIONS" });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers.get("access-control-allow-methods"), "GET, HEAD, POST");
  assert.equal(preflight.headers.get("access-control-allow-headers"), "content-type");
});

test("pages of any site may ask where all are allowed, and read what the answer says of itself", async (context) => {
  const { worker } = await scene(context, { EDGEWISE_CORS_ORIGINS: "*" });
  const answer = await worker.fetch("/decide?env=swap&user_key=u");
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  assert.match(answer.headers.get("access-control-expose-headers"), /x-config-version/);
  assert.equal((await worker.fetch("/decide")).headers.get("access-control-allow-origin"), "*");
});
