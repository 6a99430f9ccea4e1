// The WASM engine reproduces random decisions of the reference evaluator. `fixtures triples` writes the decisions.
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { Ruleset } from "../../../wasm-pkg/dist/server/index.js";
import { compile } from "../../../wasm-pkg/dist/server/compile.js";

const TRIPLES = process.env.EDGEWISE_TRIPLES;

test("random decisions agree with the reference evaluator", async () => {
  assert.ok(TRIPLES, "EDGEWISE_TRIPLES must name a file of triples: run `cargo xtask test`");
  let assigned = 0;
  for await (const line of createInterface({ input: createReadStream(TRIPLES) })) {
    const { snapshot, decisions } = JSON.parse(line);
    const { experiments } = JSON.parse(snapshot);
    const ruleset = Ruleset.load(await compile(snapshot));
    for (const [user, context, expected] of decisions) {
      const decided = ruleset.decide(user, context).map(({ experimentId, variantId }) => [experimentId, variantId]);
      const named = expected.map(([experiment, variant]) => {
        const { id, variants } = experiments[experiment];
        return [id, variants[variant].id];
      });
      assert.deepEqual(decided, named, `${user} ${JSON.stringify(context)}\n${snapshot}`);
      assigned += named.length;
    }
    ruleset.close();
  }
  assert.ok(assigned > 1000, `only ${assigned} assignments`);
});
