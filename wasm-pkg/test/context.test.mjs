import assert from "node:assert/strict";
import { test } from "node:test";

import { Ruleset } from "edgewise";

import { rulesetOf, targeted } from "./snapshots.mjs";

const VALUES = ["null", "true", "false", "0", "1", "-1.5", "1e300", '""', '"x"', '"日本"', '"é😀"', '"2026-01-01T00:00:00.000Z"'];

/** Returns a function that lists what each of these names resolves to in a context. */
async function reader(names) {
  const experiments = names.flatMap((name) => [
    targeted(`${name} missing`, name, "eq", undefined),
    ...VALUES.map((json) => targeted(`${name} ${json}`, name, "eq", JSON.parse(json))),
    targeted(`${name} number`, name, "gt", -Number.MAX_VALUE),
  ]);
  const ruleset = Ruleset.load(await rulesetOf(experiments));
  return (context) => ruleset.decide("u", context).map((assignment) => assignment.experimentKey);
}

class WithGetter {
  get a() {
    return "x";
  }
}

class WithToJson {
  constructor(value) {
    this.toJSON = () => value;
  }
}

/** Contexts, each of which must decide as its `JSON.stringify` does. */
const CONTEXTS = [
  {},
  { a: undefined },
  { a: null },
  { a: NaN },
  { a: Infinity },
  { a: -Infinity },
  { a: -0 },
  { a: 1, b: true, c: false },
  { a: "x", b: "日本", c: "é😀" },
  { a: () => 1 },
  { a: Symbol("a") },
  { a: new Date(Date.UTC(2026, 0, 1)) },
  { a: new Date(NaN) },
  { a: new Number(1), b: new String("x"), c: new Boolean(false) },
  { a: new Number(NaN) },
  { a: [], b: {}, c: [1] },
  { a: { b: "x" } },
  { "a.b": 1, a: { b: "x" } },
  { "a.b": undefined, a: { b: "x" } },
  { a: { b: undefined } },
  { a: [1, "x", undefined, () => 1, NaN] },
  { a: [, 1] },
  { a: { 0: "x", length: 1 } },
  { a: { b: { toJSON: () => "x" } } },
  { a: { toJSON: () => ({ b: 1 }) } },
  { a: new WithToJson("x"), b: new WithToJson(undefined), c: new WithToJson(1) },
  { a: Object.assign(() => 1, { toJSON: () => "x" }) },
  { a: { toJSON: (key) => key } },
  { a: new Map([["b", 1]]), b: new Set([1]) },
  { a: new Uint8Array([1, 2]) },
  { toJSON: () => ({ a: "x" }) },
  { toJSON: "no function", a: "x" },
  new WithToJson({ a: 1 }),
  new WithGetter(),
  Object.create({ a: "x" }),
  Object.assign(Object.create({ a: "x" }), { b: 1 }),
  Object.assign(Object.create(null), { a: "x" }),
  JSON.parse('{"__proto__": {"a": "x"}, "b": 1}'),
  { constructor: "x", a: 1 },
  new Proxy({ a: "x" }, {}),
  new Map([["a", "x"]]),
  Object.defineProperty({ b: 1 }, "a", { get: () => "x", enumerable: true }),
  Object.defineProperty({ b: 1 }, "a", { value: { b: "x" }, enumerable: true }),
];

const NAMES = ["a", "b", "c", "a.b", "a.0", "a.1", "a.2", "a.4", "a.00", "a.-0", "a.length", "a.length.x", "constructor", "__proto__", "toString", "a.toString", "", "."];

test("values count as JSON.stringify would write them", async () => {
  // Names that every object inherits are read by another code path, so test with and without such names.
  for (const names of [NAMES, NAMES.filter((name) => !(name in Object.prototype))]) {
    const read = await reader(names);
    for (const context of CONTEXTS) {
      assert.deepEqual(read(context), read(JSON.parse(JSON.stringify(context))), `${JSON.stringify(context)}`);
    }
  }
});

test("a value that JSON cannot represent is missing, and not an error", async () => {
  const read = await reader(["a", "a.b", "b"]);
  const cyclic = { b: "x" };
  cyclic.a = cyclic;
  const throwing = {
    get a() {
      throw new Error("not today");
    },
    b: "x",
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  assert.deepEqual(read({ a: 1n, b: "x" }), ["a missing", "a.b missing", 'b "x"']);
  assert.deepEqual(read({ a: Object(1n), b: "x" }), ["a missing", "a.b missing", 'b "x"']);
  assert.deepEqual(read(throwing), ["a missing", "a.b missing", 'b "x"']);
  assert.deepEqual(read({ a: { toJSON: () => 1n }, b: "x" }), ["a missing", "a.b missing", 'b "x"']);
  assert.deepEqual(read({ a: revoked.proxy, b: "x" }), ["a missing", "a.b missing", 'b "x"']);
  // A path through a cyclic object is finite.
  assert.deepEqual(read({ a: cyclic, b: "x" }), ['a.b "x"', 'b "x"']);
  assert.deepEqual(read(cyclic), ['a.b "x"', 'b "x"']);
  assert.deepEqual(read({ toJSON: () => "no object" }), ["a missing", "a.b missing", "b missing"]);
});

test("only own keys count, even if Object.prototype has a key", async () => {
  Object.prototype.a = "x";
  try {
    const read = await reader(["a", "a.b"]);
    assert.deepEqual(read({}), ["a missing", "a.b missing"]);
    assert.deepEqual(read({ a: 1 }), ["a 1", "a number", "a.b missing"]);
  } finally {
    delete Object.prototype.a;
  }
});

test("a call does not affect the next call", async () => {
  const read = await reader(["a", "b"]);
  assert.deepEqual(read({ a: "x", b: 1 }), ['a "x"', "b 1", "b number"]);
  assert.deepEqual(read({ b: "x" }), ["a missing", 'b "x"']);
  assert.deepEqual(read({ a: 1 }), ["a 1", "a number", "b missing"]);
  assert.deepEqual(read({}), ["a missing", "b missing"]);
});
