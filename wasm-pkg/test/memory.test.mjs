// Swapping rulesets and deciding leave nothing behind. `cargo xtask bench wasm` does it ten times as often.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { Ruleset, initialize } from "edgewise";

import { rulesetOf, targeted } from "./snapshots.mjs";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

/** The JavaScript heap, after two collections: objects that are finalised are gone after the second. */
async function heap() {
  collect();
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  return process.memoryUsage().heapUsed;
}

test("memory is flat over swaps and decisions", async () => {
  // An instance of its own, whose memory can be looked at.
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

/** Loads the WASM file, and returns what its instance exports. */
async function watched() {
  const file = readFileSync(new URL("../dist/edgewise.wasm", import.meta.url));
  const { instantiate } = WebAssembly;
  let exports;
  WebAssembly.instantiate = async (...call) => {
    const result = await instantiate(...call);
    // Node loads WASM files of its own, too.
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
