// Exposures: sent in batches after responses, without delaying the responses.
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../support/until.mjs";
import { serve } from "./origin.mjs";
import { start } from "./runtime.mjs";

async function scene(context, receive, options = {}) {
  const origin = await serve();
  context.after(() => origin.stop());
  origin.publish(1);
  const batches = [];
  origin.objects.set("exposures", async (request, response) => {
    const chunks = await request.toArray();
    batches.push({ headers: request.headers, method: request.method, ...JSON.parse(Buffer.concat(chunks)) });
    receive(batches, response);
  });
  const worker = await start({
    bindings: {
      EDGEWISE_SNAPSHOT_STORE: origin.url,
      EDGEWISE_ENVIRONMENTS: "swap",
      EDGEWISE_EXPOSURES_URL: `${origin.url}/exposures`,
      EDGEWISE_EXPOSURES_TOKEN: "hush-hush",
    },
    ...options,
  });
  context.after(() => worker.stop());
  return { origin, worker, batches };
}

const sent = (batches) => batches.flatMap(({ exposures }) => exposures);
const users = (batches) => sent(batches).map(({ user_key }) => user_key);

test("each user's exposures are sent once, in batches, with the token", async (context) => {
  const { worker, batches } = await scene(context, (_, response) => response.writeHead(202).end());
  for (const _ of [1, 2, 3]) {
    await Promise.all(Array.from({ length: 50 }, (_, user) => worker.decide("swap", `u${user}`)));
  }
  await until(async () => sent(batches).length, (count) => count >= 50);
  assert.equal(sent(batches).length, 50);
  assert.ok(batches.length < 10, `${batches.length} batches`);
  assert.equal(batches[0].method, "POST");
  assert.equal(batches[0].headers.authorization, "Bearer hush-hush");
  assert.equal(batches[0].headers["content-type"], "application/json");
  const { user_key, environment, config_version, at_ms, assignments } = sent(batches)[0];
  assert.match(user_key, /^u\d+$/);
  assert.deepEqual([environment, config_version, assignments.length], ["swap", 1, 10]);
  assert.ok(Math.abs(at_ms - Date.now()) < 600_000);
  const { body } = await worker.decide("swap", user_key);
  const without = body.assignments.map(({ payload, ...assignment }) => assignment);
  assert.deepEqual(assignments, without);
});

test("exposures that did not arrive are sent again, and decisions continue", async (context) => {
  const { worker, batches } = await scene(context, (batches, response) =>
    batches.length === 1 ? response.writeHead(500).end() : response.writeHead(204).end(),
  );
  assert.equal((await worker.decide("swap", "first")).status, 200);
  await until(async () => batches.length, (count) => count >= 1);
  let user = 0;
  await until(
    async () => {
      assert.equal((await worker.decide("swap", `u${(user += 1)}`)).status, 200);
      return users(batches.slice(1));
    },
    (users) => users.includes("first"),
  );
});

test("a receiver that hangs delays no response", async (context) => {
  const { worker, batches } = await scene(context, () => {});
  await worker.decide("swap", "first");
  await until(async () => batches.length, (count) => count >= 1);
  for (let user = 0; user < 100; user += 1) assert.equal((await worker.decide("swap", `u${user}`)).status, 200);
});

test("the last exposures before silence are sent, also while a batch is under way", async (context) => {
  const held = [];
  const { worker, batches } = await scene(context, (_, response) => held.push(response));
  await worker.decide("swap", "first");
  await until(async () => batches.length, (count) => count === 1);
  // The receiver has not answered yet. After this, nobody asks for a decision.
  await worker.decide("swap", "second");
  await until(async () => users(batches), (users) => users.includes("second"));
  for (const response of held) response.writeHead(204).end();
  assert.deepEqual(users(batches), ["first", "second"]);
});

test("a receiver that asks for a pause gets one, and then everything", async (context) => {
  const receive = (batches, response) =>
    batches.length === 1 ? response.writeHead(503, { "retry-after": "600" }).end() : response.writeHead(204).end();
  const { worker, batches } = await scene(context, receive, { still: true });
  await worker.decide("swap", "first");
  const { exposures_error } = await until(worker.health, ({ exposures_error }) => exposures_error !== undefined);
  assert.match(exposures_error, /status 503/);
  for (let user = 0; user < 20; user += 1) await worker.decide("swap", `u${user}`);
  // Longer before the end of the pause than a request lives.
  await worker.advance(560_000);
  await worker.decide("swap", "u0");
  const health = await worker.health();
  assert.deepEqual([batches.length, health.exposures_unsent, health.exposures_dropped], [1, 21, undefined]);
  await worker.advance(41_000);
  await worker.decide("swap", "u0");
  await until(async () => users(batches.slice(1)).length, (count) => count === 21);
  assert.equal((await until(worker.health, ({ exposures_unsent }) => exposures_unsent === undefined)).exposures_error, undefined);
});

test("what the receiver refuses is counted, and sent at the next occasion", async (context) => {
  const receive = (batches, response) => response.writeHead(batches.length === 1 ? 400 : 204).end();
  const { worker, batches } = await scene(context, receive, { still: true });
  await worker.decide("swap", "first");
  await until(worker.health, ({ exposures_dropped }) => exposures_dropped === 1);
  await worker.advance(60_000);
  await worker.decide("swap", "first");
  await until(async () => users(batches), (users) => users.length === 2);
  assert.deepEqual(users(batches), ["first", "first"]);
});
