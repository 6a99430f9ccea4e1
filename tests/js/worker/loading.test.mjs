// How the worker loads its configuration, keeps the configuration, and polls for newer versions.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { until } from "../support/until.mjs";
import { faults, serve, stored } from "./origin.mjs";
import { start } from "./runtime.mjs";

/** Starts an origin and a worker, which are stopped when the test ends. */
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

/** Waits until objects are in the cache that isolates share, which happens after the response: then a request for an object
 * causes no request to the origin. */
async function shared(worker, origin, ...objects) {
  for (const object of objects) {
    const isShared = async () => {
      const before = origin.requested.length;
      await (await worker.fetch(`/configs/${object}`)).arrayBuffer();
      return origin.requested.length === before;
    };
    await until(isShared, Boolean);
  }
}

const SWAP = ["swap/version.json", "swap/rulesets/1/1.bin"];

async function cacheDirectory(context) {
  const directory = await mkdtemp(path.join(tmpdir(), "edgewise-worker-"));
  context.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

test("concurrent first requests cause one fetch of each object", async (context) => {
  const { origin, worker } = await scene(context, { still: true });
  let release;
  const released = new Promise((resolve) => (release = resolve));
  origin.objects.set("configs/swap/version.json", async (_, response) => {
    await released;
    response.end('{"version":3}');
  });
  const responses = Array.from({ length: 32 }, (_, number) => worker.decide("swap", `u${number}`));
  await until(async () => origin.count("version.json"), (count) => count === 1);
  release();
  for (const response of await Promise.all(responses)) assert.equal(version(response), 3);
  assert.equal(origin.count("version.json"), 1);
  assert.equal(origin.count("/rulesets/"), 1);
  assert.equal(origin.requested.length, 2);
});

test("a newer version is fetched after a response, once per interval, and used by the next request", async (context) => {
  const { origin, worker } = await scene(context, { still: true });
  assert.equal(version(await worker.decide("swap")), 1);
  origin.publish(2);
  for (let number = 0; number < 20; number += 1) assert.equal(version(await worker.decide("swap")), 1);
  assert.equal(origin.count("version.json"), 1);
  await worker.advance(5_000);
  assert.equal(version(await worker.decide("swap")), 1);
  await until(() => worker.decide("swap"), (response) => version(response) === 2);
  assert.equal(origin.count("version.json"), 2);
});

test("a worker that has not polled for a minute polls before it responds", async (context) => {
  const { origin, worker } = await scene(context, { still: true });
  await worker.decide("swap");
  origin.publish(2);
  await worker.advance(61_000);
  assert.equal(version(await worker.decide("swap")), 2);
});

test("a worker that polls before it responds waits at most half a second for the origin", async (context) => {
  const { origin, worker } = await scene(context);
  await worker.decide("swap");
  origin.fault = faults.hangs;
  await worker.advance(61_000);
  // The origin never responds, so the worker responds only if it does not wait for the origin.
  const response = await worker.decide("swap");
  assert.equal(version(response), 1);
  assert.ok(Number(response.headers.get("x-config-age")) >= 61);
});

test("the worker does not go back to an older version", async (context) => {
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
    await until(() => worker.decide("swap"), (response) => version(response) === 2);
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

test("the token is sent to the origin, and appears neither in health nor in the log", async (context) => {
  const { origin, worker } = await scene(context, { bindings: { EDGEWISE_SNAPSHOT_TOKEN: "hush-hush" } });
  await worker.decide("swap");
  assert.equal(origin.headers.authorization, "Bearer hush-hush");
  assert.ok(!JSON.stringify(await worker.health()).includes("hush"));
  assert.ok(!worker.logged.join("").includes("hush"));
});

test("isolates share fetched objects", async (context) => {
  const cachePersist = await cacheDirectory(context);
  const bindings = { EDGEWISE_POLL_INTERVAL: "3600" };
  const { origin, worker } = await scene(context, { cachePersist, bindings });
  assert.equal(version(await worker.decide("swap")), 1);
  await shared(worker, origin, ...SWAP);
  await worker.stop();
  const count = origin.requested.length;
  const second = await start({
    bindings: { EDGEWISE_SNAPSHOT_STORE: origin.url, EDGEWISE_ENVIRONMENTS: "swap", ...bindings },
    cachePersist,
  });
  context.after(() => second.stop());
  assert.equal(version(await second.decide("swap")), 1);
  assert.equal(origin.requested.length, count, origin.requested.join());
});

test("an isolate that starts while the origin is down decides with shared objects", async (context) => {
  const cachePersist = await cacheDirectory(context);
  const { origin, worker } = await scene(context, { cachePersist });
  await worker.decide("swap");
  await shared(worker, origin, ...SWAP);
  await worker.stop();
  origin.fault = faults["responds 500"];
  const second = await start({
    bindings: { EDGEWISE_SNAPSHOT_STORE: origin.url, EDGEWISE_ENVIRONMENTS: "swap" },
    cachePersist,
  });
  context.after(() => second.stop());
  await second.advance(3_600_000);
  // The worker does not wait for a slow cache, so the first requests may fail.
  const response = await until(() => second.decide("swap"), ({ status }) => status === 200);
  assert.equal(version(response), 1);
  assert.equal(response.headers.get("x-config-status"), "stale");
  assert.ok(Number(response.headers.get("x-config-age")) >= 3600);
});

test("an object that is damaged in the shared cache is fetched anew", async (context) => {
  const { origin, worker } = await scene(context);
  const ruleset = await stored("configs/swap/rulesets/1/1.bin");
  origin.objects.set("configs/swap/rulesets/1/1.bin", ruleset.subarray(0, 100));
  // An object that is served to a browser is shared without a check.
  assert.equal((await (await worker.fetch("/configs/swap/rulesets/1/1.bin")).arrayBuffer()).byteLength, 100);
  await shared(worker, origin, "swap/rulesets/1/1.bin");
  origin.objects.delete("configs/swap/rulesets/1/1.bin");
  assert.equal(version(await worker.decide("swap")), 1);
});

describe("faults", { concurrency: 4 }, () => {
  for (const [fault, behave] of Object.entries(faults)) {
    test(`with an origin that ${fault}, decisions continue, and the worker recovers`, async (context) => {
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
      const fresh = await until(() => worker.decide("swap"), (response) => version(response) === 2);
      assert.equal(fresh.headers.get("x-config-status"), "current");
    });

    test(`with an origin that ${fault}, a worker without a snapshot responds 503, and recovers`, async (context) => {
      const { origin, worker } = await scene(context);
      origin.fault = behave;
      const responses = await Promise.all(Array.from({ length: 8 }, () => worker.decide("swap")));
      for (const { status, body } of responses) {
        assert.equal(status, 503);
        assert.deepEqual(body, { error: 'No config available for environment "swap"' });
      }
      origin.fault = undefined;
      await worker.advance(10_000);
      await until(() => worker.decide("swap"), ({ status }) => status === 200);
    });
  }
});

test("a ruleset that is damaged, or of another environment, is not used", async (context) => {
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
    const response = await worker.decide("swap");
    assert.equal(version(response), 1);
    assert.equal(response.headers.get("x-config-status"), "stale");
    next += 1;
  }
  origin.publish(next);
  await worker.advance(5_000);
  await until(() => worker.decide("swap"), (response) => version(response) === next);
});

test("health contains the loaded versions, their ages, and the source", async (context) => {
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

test("a worker without configuration logs the missing variable", async (context) => {
  const worker = await start({ bindings: {} });
  context.after(() => worker.stop());
  const response = await worker.decide("swap");
  assert.equal(response.status, 500);
  await until(async () => worker.logged.join(""), (log) => log.includes("EDGEWISE_SNAPSHOT_STORE is not set"));
});

test("a refusal of the store is an error, and an object that it denies is absent", async (context) => {
  const { origin, worker } = await scene(context, { still: true });
  const refuse = (code) => (_, response) => {
    response.statusCode = 403;
    response.end(`<Error><Code>${code}</Code></Error>`);
  };
  for (const [code, status] of [["AccessDenied", 404], ["InvalidAccessKeyId", 503]]) {
    origin.objects.set("configs/swap/snapshots/9.json", refuse(code));
    assert.equal((await worker.fetch("/configs/swap/snapshots/9.json")).status, status, code);
  }
});
