// The decisions and responses of the worker, compared with recorded decisions and with the native binary.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { startEdgewise } from "../support/servers.mjs";
import { connect } from "./connection.mjs";
import { serve, store } from "./origin.mjs";
import { start } from "./runtime.mjs";

const vectors = JSON.parse(readFileSync(path.join(import.meta.dirname, "../../vectors/decisions.json")));
const environments = vectors.cases.map((_, number) => `case-${number}`).join(",");
let origin, worker, gateway;

before(async () => {
  origin = await serve();
  worker = await start({
    bindings: { EDGEWISE_SNAPSHOT_STORE: origin.url, EDGEWISE_ENVIRONMENTS: environments, EDGEWISE_POLL_INTERVAL: "3600" },
  });
  gateway = await startEdgewise(store, "decide", "--snapshot-store", `file:${store}`);
});

after(async () => {
  await gateway?.stop();
  await worker?.stop();
  await origin?.stop();
});

const json = { "content-type": "application/json" };
const query = (fields) => `/decide?${new URLSearchParams(fields)}`;

/** Sends the same request to the worker and to the native binary. */
async function both(at, init) {
  const responses = await Promise.all([fetch(worker.url(at), init), fetch(`${gateway.address}${at}`, init)]);
  return Promise.all(
    responses.map(async (response) => ({
      status: response.status,
      type: response.headers.get("content-type"),
      body: await response.text(),
    })),
  );
}

test("every recorded decision is reproduced, by GET and POST, with the same bytes as the native binary", async () => {
  let requests = 0;
  for (const [number, { requests: recorded }] of vectors.cases.entries()) {
    await Promise.all(
      recorded.map(async ({ user_key, context, assignments }) => {
        const env = `case-${number}`;
        const [got, expected] = await both(query({ user_key, env, context: JSON.stringify(context) }));
        assert.equal(got.status, 200, got.body);
        assert.deepEqual(got, expected);
        assert.deepEqual(JSON.parse(got.body).assignments, assignments);
        const body = JSON.stringify({ user_key, env, context });
        const posted = await fetch(worker.url("/decide"), { method: "POST", headers: json, body });
        assert.equal(await posted.text(), got.body);
        requests += 1;
      }),
    );
  }
  assert.equal(requests, vectors.cases.reduce((sum, { requests }) => sum + requests.length, 0));
});

test("a response has headers for version, age and status, and is not cached", async () => {
  const { headers, body } = await worker.decide("case-0");
  assert.equal(headers.get("x-config-version"), String(body.config_version));
  assert.match(headers.get("x-config-age"), /^\d+$/);
  assert.equal(headers.get("x-config-status"), "current");
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("access-control-allow-origin"), null);
});

test("invalid requests get the same errors as from the native binary", async () => {
  const nested = "[".repeat(40) + "]".repeat(40);
  const post = (body, headers = json) => ["/decide", { method: "POST", headers, body }];
  const requests = [
    ["/decide"],
    ["/decide?user_key=u"],
    ["/decide?env=case-0"],
    ["/decide?user_key=&env=case-0"],
    ["/decide?user_key=a&user_key=b&env=case-0"],
    ["/decide?user_key=u&env=../case-0"],
    ["/decide?user_key=u&env=case-0&context=[1]"],
    ["/decide?user_key=u&env=case-0&context=%7B"],
    ["/decide?user_key=u&env=case-0&context=%7B%22a%22:1e999%7D"],
    ["/decide?user_key=u%00&env=case-0"],
    [`/decide?user_key=${"u".repeat(1025)}&env=case-0`],
    [query({ user_key: "u", env: "case-0", context: `{"a":${nested}}` })],
    ["/decide?user_key=u&env=unlisted"],
    post(""),
    post("{"),
    post("[]"),
    post('{"user_key":1,"env":"case-0"}'),
    post('{"user_key":"u","env":"case-0","context":[]}'),
    post(JSON.stringify({ user_key: "u", env: "case-0", context: { a: "x".repeat(66_000) } })),
    post('{"user_key":"u","env":"case-0"}', { "content-type": "text/plain" }),
    post("x".repeat((1 << 20) + 1)),
    ["/decide", { method: "PUT" }],
    ["/decide", { method: "DELETE" }],
    ["/nothing"],
  ];
  for (const [at, init] of requests) {
    const [got, expected] = await both(at, init);
    assert.deepEqual(got, expected, `${at.slice(0, 80)} ${init?.body?.slice(0, 40) ?? ""}`);
    assert.ok(got.status >= 400, at);
  }
});

test("a user key that is not UTF-8 stays as it was written, as in the native binary", async () => {
  const [got, expected] = await both("/decide?user_key=Ren%E9&env=case-0");
  assert.deepEqual(got, expected);
  assert.equal(got.status, 200);
});

test("a body without a content length is read up to the size limit", async () => {
  const body = (bytes) =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"user_key":"u","env":"case-0"'));
        controller.enqueue(new TextEncoder().encode(" ".repeat(bytes)));
        controller.enqueue(new TextEncoder().encode("}"));
        controller.close();
      },
    });
  const post = (bytes) => worker.fetch("/decide", { method: "POST", headers: json, body: body(bytes), duplex: "half" });
  assert.equal((await post(10)).status, 200);
  assert.equal((await post(2 << 20)).status, 413);
});

test("a connection stays usable after a body that is too large", async () => {
  const connection = await connect(worker.url("/"));
  // More of a body than the runtime itself discards.
  assert.equal((await connection.post("/decide", "x".repeat(3 << 20))).status, 413);
  assert.equal((await connection.get("/decide?env=case-0&user_key=u")).status, 200);
  connection.close();
});

test("users and contexts do not reach the log", async () => {
  await worker.decide("case-0", "secret-user", { headers: { "x-secret": "secret-header" } });
  await worker.fetch(query({ user_key: "secret-user", env: "case-0", context: "{secret" }));
  assert.ok(!worker.logged.join("").includes("secret"), worker.logged.join(""));
});
