// Exposures: sent in batches after responses, without delaying the responses.
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../support/until.mjs";
import { serve } from "./origin.mjs";
import { start } from "./runtime.mjs";

async function scene(context, receive) {
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
  });
  context.after(() => worker.stop());
  return { origin, worker, batches };
}

const sent = (batches) => batches.flatMap(({ exposures }) => exposures);

test("each user's exposures are sent once, in batches, with the token", async (context) => {
  const { worker, batches } = await scene(context, (_, response) => response.writeHead(202).end());
  for (const _ of [1, 2, 3]) {
    await Promise.all(Array.from({ length: 50 }, (_, user) => worker.decide("swap", `u${user}`)));
  }
  // Exposures that arrive while a batch is sent are sent with the next request.
  await until(() => worker.decide("swap", "u0").then(() => sent(batches).length), (count) => count >= 50);
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
      return batches.slice(1).flatMap(({ exposures }) => exposures.map(({ user_key }) => user_key));
    },
    (users) => users.includes("first"),
  );
});

test("a receiver that hangs delays no response", async (context) => {
  const { worker, batches } = await scene(context, () => {});
  await worker.decide("swap", "first");
  await until(async () => batches.length, (count) => count >= 1);
  for (let user = 0; user < 100; user += 1) assert.equal((await worker.decide("swap", `u${user}`)).status, 200);
  assert.equal(batches.length, 1);
});
