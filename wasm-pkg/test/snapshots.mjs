// Small snapshots for tests.
import { compile } from "edgewise/compile";

/** Creates an experiment that assigns everyone to a variant, with changes. */
export function experiment(key, changes = {}) {
  return {
    id: `id-of-${key}`,
    key,
    salt: `salt-of-${key}`,
    audienceRules: [],
    targetingRules: [],
    variants: [{ id: `on-of-${key}`, key: "on", payload: { color: "green", deep: { list: [1, { a: null }] } } }],
    allocations: [{ variantId: `on-of-${key}`, rangeStart: 0, rangeEnd: 9999 }],
    ...changes,
  };
}

/** Creates an experiment for users who match the condition. */
export function targeted(key, attribute, operator, value) {
  return experiment(key, { targetingRules: [{ conditions: [{ attribute, operator, value }] }] });
}

export function snapshot(experiments, { version = 1, environment = "prod" } = {}) {
  return JSON.stringify({ version, environment, publishedAt: "2026-01-01T00:00:00.000Z", experiments });
}

export function rulesetOf(experiments, options) {
  return compile(snapshot(experiments, options));
}
