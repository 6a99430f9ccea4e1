// What `app/use.mjs` comes to: decisions of two contexts, the version, what a closed ruleset says, and the exposures.
export const EXPECTED = JSON.stringify([1, "green", 0, 3, "closed", ["user-1 on"]]);
