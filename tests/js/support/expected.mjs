// The expected result of `app/use.mjs`: the decisions for two contexts, the version, the error of a closed ruleset, and the
// exposures.
export const EXPECTED = JSON.stringify([1, "green", 0, 3, "closed", ["user-1 on"]]);
