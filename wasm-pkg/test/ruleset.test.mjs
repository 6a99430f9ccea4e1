import assert from "node:assert/strict";
import { test } from "node:test";

import { EdgewiseError, Ruleset, initialize } from "edgewise";
import { compile } from "edgewise/compile";

import { experiment, rulesetOf, snapshot, targeted } from "./snapshots.mjs";

function refused(code, message) {
  return (error) => error instanceof EdgewiseError && error.code === code && message.test(error.message);
}

test("an assignment has the published keys, ids and payload", async () => {
  const ruleset = Ruleset.load(await rulesetOf([experiment("button")], { version: 7 }));
  assert.equal(ruleset.version, 7);
  assert.equal(ruleset.environment, "prod");
  assert.equal(ruleset.publishedAt, "2026-01-01T00:00:00.000Z");
  assert.equal(ruleset.experiments, 1);
  assert.match(ruleset.snapshotHash, /^[0-9a-f]{16}$/);
  assert.deepEqual(ruleset.decide("user-1"), [
    {
      experimentKey: "button",
      experimentId: "id-of-button",
      variantKey: "on",
      variantId: "on-of-button",
      payload: { color: "green", deep: { list: [1, { a: null }] } },
    },
  ]);
});

test("a payload is absent, null or an object, as it was published", async () => {
  const variant = (key, payload) => experiment(key, { variants: [{ id: `on-of-${key}`, key: "on", ...payload }] });
  const ruleset = Ruleset.load(
    await rulesetOf([variant("a", {}), variant("b", { payload: null }), variant("c", { payload: {} })]),
  );
  const [a, b, c] = ruleset.decide("user-1");
  assert.equal("payload" in a, false);
  assert.equal(b.payload, null);
  assert.deepEqual(c.payload, {});
});

test("assignments are frozen, and the same object each time", async () => {
  const ruleset = Ruleset.load(await rulesetOf([experiment("a"), experiment("b")]));
  const [first] = ruleset.decide("user-1");
  assert.equal(ruleset.decide("user-2")[0], first);
  assert.equal(ruleset.variant("a", "user-3"), first);
  for (const part of [first, first.payload, first.payload.deep, first.payload.deep.list, first.payload.deep.list[1]]) {
    assert.ok(Object.isFrozen(part));
  }
});

test("variant agrees with decide for every key", async () => {
  const same = { ...targeted("twice", "plan", "eq", "pro"), id: "first" };
  const ruleset = Ruleset.load(
    await rulesetOf([targeted("free", "plan", "eq", "free"), same, experiment("all"), experiment("twice")]),
  );
  for (const context of [{}, { plan: "pro" }, { plan: "free" }]) {
    const decided = ruleset.decide("user-1", context);
    for (const key of ["free", "twice", "all", "none"]) {
      const expected = decided.find((assignment) => assignment.experimentKey === key);
      assert.equal(ruleset.variant(key, "user-1", context), expected, key);
    }
  }
});

test("long keys and texts are supported", async () => {
  const ruleset = Ruleset.load(await rulesetOf([targeted("a", "text", "contains", "needle")]));
  const text = `${"日本".repeat(100_000)}needle`;
  assert.equal(ruleset.decide("u".repeat(300_000), { text }).length, 1);
  assert.equal(ruleset.decide("u".repeat(300_000), { text: text.slice(0, -1) }).length, 0);
  assert.equal(ruleset.decide("u", { text: "needle" }).length, 1);
});

test("a context that decides while being read does not affect the decision", async () => {
  const other = Ruleset.load(await rulesetOf([targeted("other", "kind", "eq", "inner")]));
  const ruleset = Ruleset.load(await rulesetOf([targeted("e", "plan", "eq", "pro"), targeted("f", "kind", "eq", "b")]));
  const inner = (value) => {
    assert.equal(other.decide("another user with a long key", { kind: "inner" }).length, 1);
    assert.equal(ruleset.decide("x", { plan: "free", kind: "c" }).length, 0);
    return value;
  };
  const read = [
    { get plan() { return inner("pro"); }, kind: "b" },
    { plan: "pro", get kind() { return inner("b"); } },
    { plan: { toJSON: () => inner("pro") }, kind: { toJSON: () => inner("b") } },
    { toJSON: () => inner({ plan: "pro", kind: "b" }) },
  ];
  const expected = ruleset.decide("user-1", { plan: "pro", kind: "b" });
  assert.equal(expected.length, 2);
  for (const context of read) assert.deepEqual(ruleset.decide("user-1", context), expected);

  const closing = { get plan() { ruleset.close(); return "pro"; } };
  assert.throws(() => ruleset.decide("user-1", closing), refused("closed", /load it again/));
});

test("a lone surrogate counts as U+FFFD", async () => {
  const half = experiment("half", { allocations: [{ variantId: "on-of-half", rangeStart: 0, rangeEnd: 4999 }] });
  const ruleset = Ruleset.load(await rulesetOf([half]));
  for (let number = 0; number < 50; number++) {
    assert.deepEqual(ruleset.decide(`${number}\ud800`), ruleset.decide(`${number}\ufffd`));
  }
});

test("a closed ruleset cannot decide, and its assignments stay", async () => {
  const ruleset = Ruleset.load(await rulesetOf([experiment("a")]));
  const [assignment] = ruleset.decide("u");
  ruleset[Symbol.dispose]();
  ruleset.close();
  assert.throws(() => ruleset.decide("u"), refused("closed", /load it again/));
  assert.throws(() => ruleset.variant("a", "u"), refused("closed", /load it again/));
  assert.equal(assignment.experimentKey, "a");
});

test("several rulesets can be loaded at the same time", async () => {
  const rulesets = await Promise.all(
    [1, 2, 3].map(async (version) => Ruleset.load(await rulesetOf([experiment(`of-${version}`)], { version }))),
  );
  rulesets[1].close();
  const again = Ruleset.load(await rulesetOf([experiment("of-4")], { version: 4 }));
  assert.equal(rulesets[0].decide("u")[0].experimentKey, "of-1");
  assert.equal(rulesets[2].decide("u")[0].experimentKey, "of-3");
  assert.equal(again.decide("u")[0].experimentKey, "of-4");
  assert.throws(() => rulesets[1].decide("u"), refused("closed", /load it again/));
});

test("a missing argument is named", async () => {
  const ruleset = Ruleset.load(await rulesetOf([experiment("a")]));
  for (const key of [undefined, null, 7, "", {}]) {
    assert.throws(() => ruleset.decide(key), refused("bad-argument", /`userKey` must be a non-empty string/));
  }
  for (const context of [null, 7, "x", ["a"]]) {
    assert.throws(() => ruleset.decide("u", context), refused("bad-argument", /`context` must be an object/));
  }
  assert.throws(() => ruleset.variant(undefined, "u"), refused("bad-argument", /`experimentKey` must be/));
  assert.throws(() => Ruleset.load("bytes"), refused("bad-argument", /`bytes` must be/));
  assert.throws(() => Ruleset.load(), refused("bad-argument", /`bytes` must be/));
});

test("an invalid ruleset is rejected with a message that says what to do", async () => {
  const bytes = await rulesetOf([experiment("a")]);
  assert.throws(() => Ruleset.load(new Uint8Array()), refused("bad-ruleset", /not a ruleset/));
  assert.throws(() => Ruleset.load(new TextEncoder().encode(snapshot([]))), refused("bad-ruleset", /not a ruleset/));
  assert.throws(() => Ruleset.load(bytes.subarray(0, -4)), refused("bad-ruleset", /damaged: fetch it again/));
  const flipped = bytes.slice();
  flipped[flipped.length - 1] ^= 1;
  assert.throws(() => Ruleset.load(flipped), refused("bad-ruleset", /damaged/));
  const later = bytes.slice();
  later[4] = 99;
  assert.throws(() => Ruleset.load(later), refused("bad-ruleset", /format 99.*use a matching version/));
  assert.ok(Ruleset.load(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)));
});

test("an invalid snapshot is rejected with the reason", async () => {
  await assert.rejects(compile("{"), refused("bad-snapshot", /not a snapshot: .* at line 1/));
  await assert.rejects(compile('{"version":1}'), refused("bad-snapshot", /missing field/));
  await assert.rejects(compile(7), refused("bad-argument", /must be the JSON of a snapshot/));
});

test("loading the WASM file again does nothing", async () => {
  await initialize();
  await initialize("http://127.0.0.1:1/nothing-is-here");
});
