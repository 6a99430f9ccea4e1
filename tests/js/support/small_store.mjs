// A store that holds only a snapshot: `app/use.mjs` decides from the snapshot, and has the result of `expected.mjs`.

export const SNAPSHOT = JSON.stringify({
  version: 3,
  environment: "prod",
  publishedAt: "2026-01-01T00:00:00.000Z",
  experiments: [
    {
      id: "e",
      key: "button",
      salt: "s",
      targetingRules: [{ conditions: [{ attribute: "plan", operator: "eq", value: "pro" }] }],
      variants: [{ id: "v", key: "on", payload: { color: "green" } }],
      allocations: [{ variantId: "v", rangeStart: 0, rangeEnd: 9999 }],
    },
  ],
});

/** Returns an object of the store. */
export function stored(path) {
  if (path === "/configs/prod/version.json") return { body: '{"version":3}', type: "application/json" };
  if (path === "/configs/prod/snapshots/3.json") return { body: SNAPSHOT, type: "application/json" };
  return undefined;
}
