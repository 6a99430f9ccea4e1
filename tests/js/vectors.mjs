// Checks the recorded decisions and hashes with a given package, in every runtime.

/** Returns the number of reproduced decisions and buckets. Throws at the first difference. */
export async function checkVectors({ Ruleset, compile }, decisions, hashes) {
  let checked = 0;
  for (const { snapshot, requests } of decisions.cases) {
    const ruleset = Ruleset.load(await compile(JSON.stringify(snapshot)));
    for (const { user_key, context, assignments } of requests) {
      const decided = ruleset.decide(user_key, context);
      same(decided.map(toApi), assignments, `${user_key} ${JSON.stringify(context)}`);
      for (const assignment of decided) {
        const first = decided.find((other) => other.experimentKey === assignment.experimentKey);
        same(ruleset.variant(assignment.experimentKey, user_key, context), first, user_key);
      }
      checked += 1;
    }
    ruleset.close();
  }
  for (const { user_key, salt, bucket } of hashes.vectors) {
    // A user key is not empty.
    if (user_key === "") continue;
    // Only the users of this bucket get a variant.
    const allocations = [{ variantId: "v", rangeStart: bucket, rangeEnd: bucket }];
    const experiment = { id: "e", key: "e", salt, variants: [{ id: "v", key: "v" }], allocations };
    const snapshot = { version: 1, environment: "prod", publishedAt: "", experiments: [experiment] };
    const ruleset = Ruleset.load(await compile(JSON.stringify(snapshot)));
    same(ruleset.decide(user_key).length, 1, `bucket of ${user_key} ${salt}`);
    ruleset.close();
    checked += 1;
  }
  return checked;
}

/** Converts an assignment to the form of the HTTP API. */
function toApi(assignment) {
  const { experimentKey, experimentId, variantKey, variantId } = assignment;
  const names = { experiment_key: experimentKey, experiment_id: experimentId, variant_key: variantKey, variant_id: variantId };
  return "payload" in assignment ? { ...names, payload: assignment.payload } : names;
}

function same(got, expected, description) {
  const [left, right] = [got, expected].map((value) => JSON.stringify(sorted(value)));
  if (left !== right) throw new Error(`${description}: ${left} instead of ${right}`);
}

/** Sorts the members of objects, because payloads need not keep the order of their members. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}
