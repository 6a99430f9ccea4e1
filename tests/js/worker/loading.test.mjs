// How the worker finds its configuration, keeps it, and notices that there is a newer one.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { until } from "../support/until.mjs";
import { faults, serve, stored } from "./origin.mjs";
import { start } from "./runtime.mjs";

/** A worker and its origin, stopped when the test ends. */
async function scene(context, { bindings = {}, version = 1, ...options } = {}) {
  const origin = await serve();
  context.after(() => origin.stop());
  origin.publish(version);
  const worker = await start({
    bindings: { EDGEWISE_SNAPSHOT_STORE: origin.url, EDGEWISE_ENVIRONMENTS: "swap,missing", ...bindings },
    ...options,
  });
  context.after(() => worker.stop());
  return { origin, worker };
}

const version = ({ body, headers }) => {
  assert.equal(headers.get("x-config-version"), String(body.config_version));
  for (const { payload } of body.assignments) assert.equal(payload.version, body.config_version);
  assert.equal(body.assignments.length, 10);
  return body.config_version;
};

/** Waits until objects are shared, which they are after the answer: they are then passed through without being asked for. */
async function shared(worker, origin, ...objects) {
  for (const object of objects) {
    const passes = async () => {
      const before = origin.asked.length;
      await (await worker.fetch(`/configs/${object}`)).arrayBuffer();
      return origin.asked.length === before;
    };
    await until(passes, Boolean);
  }
}

const SWAP = ["swap/version.json", "swap/rulesets/1/1.bin"];

async function cacheDirectory(context) {
  const directory = await mkdtemp(path.join(tmpdir(), "edgewise-worker-"));
  context.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

test("requests that come first together cause one fetch of each object", async (context) => {
  const { origin, worker } = await scene(context, { still: true });
  let release;
  const released = new Promise((resolve) => (release = resolve));
  origin.objects.set("configs/swap/version.json", async (_, response) => {
    await released;
    response.end('{"version":3}');
  });
  const answers = Array.from({ length: 32 }, (_, number) => worker.decide("swap", `u${number}`));
  await until(async () => origin.count("version.json"), (count) => count === 1);
  release();
  for (const answer of await Promise.all(answers)) assert.equal(version(answer), 3);
  assert.equal(origin.count("version.json"), 1);
  assert.equal(origin.count("/rulesets/"), 1);
  assert.equal(origin.asked.length, 2);
});

test("a newer version is fetched after an answer, once an interval, and decides the next", async (context) => {
  const { origin, worker } = await scene(context, { still: true });
  assert.equal(version(await worker.decide("swap")), 1);
  origin.publish(2);
  for (let number = 0; number < 20; number += 1) assert.equal(version(await worker.decide("swap")), 1);
  assert.equal(origin.count("version.json"), 1);
  await worker.advance(5_000);
  assert.equal(version(await worker.decide("swap")), 1);
  await until(() => worker.decide("swap"), (answer) => version(answer) === 2);
  assert.equal(origin.count("version.json"), 2);
});

test("a worker that has not looked for a minute looks before it answers", async (context) => {
  const { origin, worker } = await scene(context, { still: true });
  await worker.decide("swap");
  origin.publish(2);
  await worker.advance(61_000);
  assert.equal(version(await worker.decide("swap")), 2);
});

test("… but waits for a slow origin no longer than half a second", async (context) => {
  const { origin, worker } = await scene(context);
  await worker.decide("swap");
  origin.fault = faults.hangs;
  await worker.advance(61_000);
  // The origin never answers: that there is an answer shows that nobody waited for it.
  const answer = await worker.decide("swap");
  assert.equal(version(answer), 1);
  assert.ok(Number(answer.headers.get("x-config-age")) >= 61);
});

test("an older version is not gone back to", async (context) => {
  const { origin, worker } = await scene(context, { still: true, version: 5 });
  assert.equal(version(await worker.decide("swap")), 5);
  origin.publish(4);
  await worker.advance(5_000);
  await worker.decide("swap");
  await until(async () => origin.count("version.json"), (count) => count === 2);
  assert.equal(version(await worker.decide("swap")), 5);
});

test("a bucket is read, with and without a prefix", async (context) => {
  for (const prefix of ["", "flags/eu/"]) {
    const worker = await start({
      r2Buckets: ["SNAPSHOTS"],
      bindings: { EDGEWISE_SNAPSHOT_STORE: `r2:SNAPSHOTS/${prefix}`, EDGEWISE_ENVIRONMENTS: "swap" },
    });
    context.after(() => worker.stop());
    const bucket = await worker.miniflare.getR2Bucket("SNAPSHOTS");
    const publish = async (version) => {
      const object = `configs/swap/rulesets/1/${version}.bin`;
      await bucket.put(`${prefix}${object}`, new Uint8Array(await stored(object)));
      await bucket.put(`${prefix}configs/swap/version.json`, JSON.stringify({ version }));
    };
    assert.equal((await worker.decide("swap")).status, 503);
    await publish(1);
    await worker.advance(5_000);
    await until(() => worker.decide("swap"), ({ status }) => status === 200);
    await publish(2);
    await worker.advance(5_000);
    await until(() => worker.decide("swap"), (answer) => version(answer) === 2);
    assert.deepEqual((await worker.health()).config_versions, { swap: 2 });
    const object = await worker.fetch("/configs/swap/version.json");
    assert.equal(await object.text(), '{"version":2}');
    assert.match(object.headers.get("etag"), /^"/);
  }
});

test("a store without rulesets is read as JSON", async (context) => {
  const { origin, worker } = await scene(context, { bindings: { EDGEWISE_ENVIRONMENTS: "w10" } });
  const missing = (_, response) => response.writeHead(404).end();
  origin.objects.set("configs/w10/rulesets/1/1.bin", missing);
  assert.equal((await worker.decide("w10")).body.config_version, 1);
  assert.equal(origin.count("snapshots/1.json"), 1);
});

test("the origin gets its token, and nobody else does", async (context) => {
  const { origin, worker } = await scene(context, { bindings: { EDGEWISE_SNAPSHOT_TOKEN: "hush-hush" } });
  await worker.decide("swap");
  assert.equal(origin.headers.authorization, "Bearer hush-hush");
  assert.ok(!JSON.stringify(await worker.health()).includes("hush"));
  assert.ok(!worker.logged.join("").includes("hush"));
});

test("isolates share what one of them has fetched", async (context) => {
  const cachePersist = await cacheDirectory(context);
  const bindings = { EDGEWISE_POLL_INTERVAL: "3600" };
  const { origin, worker } = await scene(context, { cachePersist, bindings });
  assert.equal(version(await worker.decide("swap")), 1);
  await shared(worker, origin, ...SWAP);
  await worker.stop();
  const count = origin.asked.length;
  const second = await start({
    bindings: { EDGEWISE_SNAPSHOT_STORE: origin.url, EDGEWISE_ENVIRONMENTS: "swap", ...bindings },
    cachePersist,
  });
  context.after(() => second.stop());
  assert.equal(version(await second.decide("swap")), 1);
  assert.equal(origin.asked.length, count, origin.asked.join());
});

test("an isolate that begins while the origin is away decides from what others have shared", async (context) => {
  const cachePersist = await cacheDirectory(context);
  const { origin, worker } = await scene(context, { cachePersist });
  await worker.decide("swap");
  await shared(worker, origin, ...SWAP);
  await worker.stop();
  origin.fault = faults["answers 500"];
  const second = await start({
    bindings: { EDGEWISE_SNAPSHOT_STORE: origin.url, EDGEWISE_ENVIRONMENTS: "swap" },
    cachePersist,
  });
  context.after(() => second.stop());
  await second.advance(3_600_000);
  // A cache that is slow is not waited for, but asked again.
  const answer = await until(() => second.decide("swap"), ({ status }) => status === 200);
  assert.equal(version(answer), 1);
  assert.equal(answer.headers.get("x-config-status"), "stale");
  assert.ok(Number(answer.headers.get("x-config-age")) >= 3600);
});

test("an object that is damaged in the shared cache is fetched anew", async (context) => {
  const { origin, worker } = await scene(context);
  const ruleset = await stored("configs/swap/rulesets/1/1.bin");
  origin.objects.set("configs/swap/rulesets/1/1.bin", ruleset.subarray(0, 100));
  // Passed through to a browser, and so shared without being looked at.
  assert.equal((await (await worker.fetch("/configs/swap/rulesets/1/1.bin")).arrayBuffer()).byteLength, 100);
  await shared(worker, origin, "swap/rulesets/1/1.bin");
  origin.objects.delete("configs/swap/rulesets/1/1.bin");
  assert.equal(version(await worker.decide("swap")), 1);
});

describe("faults", { concurrency: 4 }, () => {
  for (const [fault, behave] of Object.entries(faults)) {
    test(`an origin that ${fault} changes nothing, and is recovered from`, async (context) => {
      const { origin, worker } = await scene(context);
      assert.equal(version(await worker.decide("swap")), 1);
      origin.fault = behave;
      await worker.advance(5_000);
      const stale = await until(() => worker.decide("swap"), ({ headers }) => headers.get("x-config-status") === "stale");
      assert.equal(version(stale), 1);
      const health = await worker.health();
      assert.equal(health.status, "degraded");
      assert.match(health.config_errors.swap, /version\.json/);
      origin.fault = undefined;
      origin.publish(2);
      await worker.advance(5_000);
      const fresh = await until(() => worker.decide("swap"), (answer) => version(answer) === 2);
      assert.equal(fresh.headers.get("x-config-status"), "current");
    });

    test(`with an origin that ${fault}, a worker that has nothing says so, and recovers`, async (context) => {
      const { origin, worker } = await scene(context);
      origin.fault = behave;
      const answers = await Promise.all(Array.from({ length: 8 }, () => worker.decide("swap")));
      for (const { status, body } of answers) {
        assert.equal(status, 503);
        assert.deepEqual(body, { error: 'No config available for environment "swap"' });
      }
      origin.fault = undefined;
      await worker.advance(10_000);
      await until(() => worker.decide("swap"), ({ status }) => status === 200);
    });
  }
});

test("a ruleset that is damaged, or of another environment, is not taken", async (context) => {
  const { origin, worker } = await scene(context);
  assert.equal(version(await worker.decide("swap")), 1);
  const good = await stored("configs/swap/rulesets/1/2.bin");
  const flipped = Buffer.from(good);
  flipped[good.length >> 1] ^= 0xff;
  const foreign = await stored("configs/w10/rulesets/1/1.bin");
  let next = 2;
  for (const bytes of [good.subarray(0, good.length - 4), Buffer.concat([good, Buffer.alloc(4)]), foreign, Buffer.alloc(0)]) {
    origin.objects.set(`configs/swap/rulesets/1/${next}.bin`, bytes);
    origin.publish(next);
    await worker.advance(5_000);
    const path = `rulesets/1/${next}.bin`;
    await until(() => worker.decide("swap").then(() => worker.health()), (health) => health.config_errors?.swap?.includes(path));
    const answer = await worker.decide("swap");
    assert.equal(version(answer), 1);
    assert.equal(answer.headers.get("x-config-status"), "stale");
    next += 1;
  }
  origin.publish(next);
  await worker.advance(5_000);
  await until(() => worker.decide("swap"), (answer) => version(answer) === next);
});

test("health says what is decided from, how old it is, and where it comes from", async (context) => {
  const { origin, worker } = await scene(context, { still: true });
  const response = await worker.fetch("/health");
  const { memory_bytes, ...health } = await response.json();
  assert.equal(response.status, 503);
  assert.deepEqual(health, {
    status: "degraded",
    source: origin.url,
    config_versions: { swap: 1, missing: null },
    config_ages: { swap: 0, missing: null },
  });
  assert.ok(memory_bytes > 65_536);
});

test("a worker that is not configured says so in its log", async (context) => {
  const worker = await start({ bindings: {} });
  context.after(() => worker.stop());
  const answer = await worker.decide("swap");
  assert.equal(answer.status, 500);
  await until(async () => worker.logged.join(""), (log) => log.includes("EDGEWISE_SNAPSHOT_STORE is not set"));
});
