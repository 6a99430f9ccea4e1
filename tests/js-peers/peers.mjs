// Other engines, each configured with the same experiments. `decide(user)` decides all experiments and returns the number of
// variants that the user gets.
import { GrowthBookClient } from "@growthbook/growthbook";
import { FliptClient } from "@flipt-io/flipt-client-js/node";
import { FlagdCore } from "@openfeature/flagd-core";

const silent = { error() {}, warn() {}, info() {}, debug() {} };

/** Returns the countries and the plan in the rule of an experiment, if the experiment has a rule. */
function ruleOf(experiment) {
  const [rule] = experiment.targetingRules;
  if (rule === undefined) return undefined;
  const [countries, plan] = rule.conditions;
  return { countries: countries.value, plan: plan.value };
}

export function growthBook({ experiments }) {
  const features = {};
  for (const experiment of experiments) {
    const rule = ruleOf(experiment);
    features[experiment.key] = {
      defaultValue: null,
      rules: [
        {
          key: experiment.key,
          seed: experiment.salt,
          hashAttribute: "id",
          hashVersion: 2,
          variations: experiment.variants.map((variant) => variant.payload),
          weights: [0.5, 0.5],
          coverage: 1,
          ...(rule && { condition: { country: { $in: rule.countries }, plan: rule.plan } }),
        },
      ],
    };
  }
  const client = new GrowthBookClient().initSync({ payload: { features } });
  const keys = Object.keys(features);
  return ({ key, context }) => {
    const user = { attributes: { ...context, id: key } };
    let count = 0;
    for (const feature of keys) count += client.evalFeature(feature, user).value === null ? 0 : 1;
    return count;
  };
}

export function flagdCore({ experiments }) {
  const flags = {};
  for (const experiment of experiments) {
    const rule = ruleOf(experiment);
    const split = {
      fractional: [
        { cat: [experiment.salt, { var: "targetingKey" }] },
        ...experiment.variants.map((variant) => [variant.key, 50]),
      ],
    };
    const matches = rule && { and: [{ in: [{ var: "country" }, rule.countries] }, { "==": [{ var: "plan" }, rule.plan] }] };
    flags[experiment.key] = {
      state: "ENABLED",
      variants: { none: {}, ...Object.fromEntries(experiment.variants.map(({ key, payload }) => [key, payload])) },
      defaultVariant: "none",
      targeting: matches ? { if: [matches, split, "none"] } : split,
    };
  }
  const core = new FlagdCore(undefined, silent);
  core.setConfigurations(JSON.stringify({ flags }));
  const keys = Object.keys(flags);
  return ({ key, context }) => {
    const user = { ...context, targetingKey: key };
    let count = 0;
    for (const flag of keys) count += core.resolveObjectEvaluation(flag, {}, user, silent).variant === "none" ? 0 : 1;
    return count;
  };
}

export async function flipt({ experiments }) {
  const flags = experiments.map((experiment) => {
    const rule = ruleOf(experiment);
    const constraint = (property, operator, value) => ({ type: "STRING_CONSTRAINT_COMPARISON_TYPE", property, operator, value });
    const constraints = rule
      ? [constraint("country", "isoneof", JSON.stringify(rule.countries)), constraint("plan", "eq", rule.plan)]
      : [];
    return {
      key: experiment.key,
      name: experiment.key,
      type: "VARIANT_FLAG_TYPE",
      enabled: true,
      rules: [
        {
          rank: 1,
          segmentOperator: "OR_SEGMENT_OPERATOR",
          segments: [{ key: `users-of-${experiment.key}`, matchType: "ALL_SEGMENT_MATCH_TYPE", constraints }],
          distributions: experiment.variants.map(({ key, payload }) => ({
            variantKey: key,
            variantAttachment: JSON.stringify(payload),
            rollout: 50,
          })),
        },
      ],
      rollouts: [],
    };
  });
  const snapshot = JSON.stringify({ namespace: { key: "default" }, flags });
  const fetcher = async () => new Response(snapshot, { headers: { "content-type": "application/json" } });
  const client = await FliptClient.init({ fetcher, updateInterval: 0 });
  const keys = experiments.map((experiment) => experiment.key);
  return ({ key, context }) => {
    const attributes = { country: context.country, plan: context.plan };
    let count = 0;
    for (const flagKey of keys) {
      count += client.evaluateVariant({ flagKey, entityId: key, context: attributes }).match ? 1 : 0;
    }
    return count;
  };
}
