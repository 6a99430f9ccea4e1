// A client of the package follows a real server: published changes reach the client.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { createClient } from "../../../wasm-pkg/dist/server/index.js";
import { startEdgewise } from "../support/servers.mjs";

let server;
let data;

before(async () => {
  data = await mkdtemp(join(tmpdir(), "edgewise-data-"));
  server = await startEdgewise(data, "serve", "--data-dir", data);
});

after(async () => {
  await server?.stop();
  await rm(data, { recursive: true, force: true });
});

async function api(method, path, body) {
  const response = await fetch(`${server.address}/api/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.clone().text()}`);
  return response.json();
}

test("published changes reach a client at once, by events, and the client decides like the server", { timeout: 60_000 }, async () => {
  const environment = await api("POST", "environments", { name: "prod" });
  const experiment = await api("POST", "experiments", { key: "button", name: "Button", environmentId: environment.id });
  const variant = (key, payload) => api("POST", `experiments/${experiment.id}/variants`, { key, name: key, payload });
  const [blue, green] = [await variant("blue", { color: "#0066cc" }), await variant("green", { color: "#00cc66" })];
  await api("PUT", `experiments/${experiment.id}/allocations`, {
    allocations: [
      { variantId: blue.id, rangeStart: 0, rangeEnd: 4999 },
      { variantId: green.id, rangeStart: 5000, rangeEnd: 9999 },
    ],
  });
  await api("PATCH", `experiments/${experiment.id}/status`, { status: "RUNNING" });

  // The long polling interval rules out that the client polls during this test.
  const client = createClient({ configUrl: server.address, environment: "prod", pollingInterval: 2 ** 30, stream: true });
  try {
    await client.ready;
    const compare = async (contexts) => {
      for (let number = 0; number < 20; number++) {
        for (const context of contexts) {
          const query = new URLSearchParams({ user_key: `user-${number}`, env: "prod", context: JSON.stringify(context) });
          const { assignments } = await api("GET", `decide?${query}`);
          const decided = client.decide(`user-${number}`, context).map(({ variantKey, payload }) => [variantKey, payload]);
          assert.deepEqual(decided, assignments.map((one) => [one.variant_key, one.payload]));
        }
      }
    };
    await compare([{}]);

    const updated = new Promise((resolve) => client.onUpdate(resolve));
    const conditions = [{ attribute: "plan", operator: "eq", value: "pro" }];
    const version = client.version;
    await api("PATCH", `experiments/${experiment.id}`, { targetingRules: [{ conditions }] });
    assert.equal(await updated, version + 1);
    await compare([{}, { plan: "pro" }, { plan: "free" }]);
    assert.equal(client.decide("user-1", { plan: "free" }).length, 0);
  } finally {
    client.close();
  }
});
