// Swapping rulesets and deciding do not leak memory. `cargo xtask bench wasm` does ten times as many swaps.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { Ruleset, initialize } from "edgewise";

import { rulesetOf, targeted } from "./snapshots.mjs";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

/** Returns the size of the JavaScript heap after two collections: the second collects finalized objects. */
async function heap() {
  collect();
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  return process.memoryUsage().heapUsed;
}

test("memory is flat over swaps and decisions", async () => {
  // A separate instance, whose memory is accessible.
  const { memory } = await watched();
  const [large, small] = await Promise.all(
    [200, 10].map((count) =>
      rulesetOf(Array.from({ length: count }, (_, number) => targeted(`e${number}`, "country", "in", ["US", `c${number}`]))),
    ),
  );
  const swap = (times) => {
    for (let time = 0; time < times; time++) {
      const ruleset = Ruleset.load(time % 2 === 0 ? large : small);
      for (let user = 0; user < 100; user++) {
        ruleset.decide(`user-${user}`, { country: "US", age: user });
        ruleset.variant("e1", `user-${user}`, { country: "CA" });
      }
      ruleset.close();
    }
  };
  swap(10);
  const before = { bytes: memory.buffer.byteLength, heap: await heap() };
  swap(500);
  assert.equal(memory.buffer.byteLength, before.bytes);
  const after = await heap();
  assert.ok(after < before.heap * 1.05, `the heap grew from ${before.heap} to ${after} bytes`);
});

/** Loads the WASM file, and returns the exports of the instance. */
async function watched() {
  const file = readFileSync(new URL("../dist/edgewise.wasm", import.meta.url));
  const { instantiate } = WebAssembly;
  let exports;
  WebAssembly.instantiate = async (...call) => {
    const result = await instantiate(...call);
    // Node also loads WASM files of its own.
    if (result.instance?.exports.decide) exports = result.instance.exports;
    return result;
  };
  try {
    await initialize(file);
  } finally {
    WebAssembly.instantiate = instantiate;
  }
  return exports;
}
