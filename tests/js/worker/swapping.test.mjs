// Swapping versions under load: no wrong response, no failed response, and no memory leak.
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../support/until.mjs";
import { connect } from "./connection.mjs";
import { serve } from "./origin.mjs";
import { start } from "./runtime.mjs";

const decisions = Number(process.env.EDGEWISE_WORKER_DECISIONS ?? 50_000);
const swaps = Number(process.env.EDGEWISE_WORKER_SWAPS ?? 200);

/** The number of swaps after which each length of a version has occurred several times. */
const SETTLED = 100;
/** The allowed growth of memory. A leak of 20 bytes per decision, or of 10 kB per swap, would be more. */
const FRAGMENTS = 128 * 1024;

test(`${decisions} decisions and ${swaps} swaps are correct, and memory does not grow`, async (context) => {
  const origin = await serve();
  context.after(() => origin.stop());
  origin.publish(1);
  const worker = await start({
    bindings: { EDGEWISE_SNAPSHOT_STORE: origin.url, EDGEWISE_ENVIRONMENTS: "swap", EDGEWISE_POLL_INTERVAL: "0.1" },
  });
  context.after(() => worker.stop());

  await worker.decide("swap");
  let published = 1;
  let decided = 0;
  let swapped = false;
  const decide = async (client) => {
    const connection = await connect(worker.url("/"));
    context.after(() => connection.close());
    let last = 0;
    while (decided < decisions || !swapped) {
      decided += 1;
      const before = published;
      const response = await connection.get(`/decide?env=swap&user_key=u${decided}`);
      assert.equal(response.status, 200);
      const body = JSON.parse(response.body);
      assert.equal(body.assignments.length, 10);
      for (const { payload } of body.assignments) assert.equal(payload.version, body.config_version);
      assert.ok(body.config_version >= last, `client ${client} went back from ${last} to ${body.config_version}`);
      assert.ok(body.config_version <= Math.max(before, published));
      last = body.config_version;
    }
  };
  const swap = async () => {
    while (published < swaps + 1) {
      published += 1;
      origin.publish(published);
      await until(() => worker.decide("swap"), ({ body }) => body.config_version === published);
      if (published === SETTLED) settled = (await worker.health()).memory_bytes;
    }
    swapped = true;
  };
  let settled;
  await Promise.all([swap(), ...Array.from({ length: 8 }, (_, client) => decide(client))]);
  const { memory_bytes: memory, status } = await worker.health();
  assert.equal(status, "ok");
  assert.ok(memory <= settled + FRAGMENTS, `memory grew from ${settled} to ${memory} bytes after ${SETTLED} swaps`);
  assert.equal(origin.count("/rulesets/"), swaps + 1);
});
