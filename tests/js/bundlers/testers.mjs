// Test runners, with the environments that imitate pages.
import { esbuild } from "../support/bundle.mjs";
import { run } from "../support/run.mjs";

export const TOOLS = {
  vitest: ["node", "jsdom", "happy-dom"].map((environment) => [environment, (given) => vitest(given, environment)]),
  // jsdom lacks `fetch` and `TextEncoder`, which the second environment takes from Node.
  jest: ["node", "jest-fixed-jsdom"].map((environment) => [`${environment}, CommonJS`, (given) => jest(given, environment)]),
};

function vitest({ directory, store, expected }, environment) {
  const options = ["node_modules/vitest/vitest.mjs", "run", "--environment", environment];
  return run(directory, "env", `STORE=${store}`, `EXPECTED=${expected}`, process.execPath, ...options);
}

async function jest({ directory, store, expected }, environment) {
  const options = ["--platform=node", "--packages=external", "--format=cjs", "--out-extension:.js=.cjs"];
  await esbuild(directory, "use.mjs", ".", ...options);
  const jest = ["node_modules/jest/bin/jest.js", "--env", environment];
  await run(directory, "env", `STORE=${store}`, `EXPECTED=${expected}`, process.execPath, ...jest);
}
