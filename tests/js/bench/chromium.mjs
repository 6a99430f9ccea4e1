// The second part of `cargo xtask bench wasm`: the package in Chromium, compared with plain JavaScript.
import { readFileSync } from "node:fs";

import { build } from "esbuild";

import { inChromium } from "../support/chromium.mjs";
import { median } from "../support/median.mjs";
import { ROOT } from "../support/run.mjs";
import { serve, typeOf } from "../support/servers.mjs";

const [workloads, ...flags] = process.argv.slice(2);
const QUICK = flags.includes("--quick");
const NAMES = ["W1", "W10", "W100", "W1000", "M10", "M100", "M1000"];

const { outputFiles } = await build({
  stdin: {
    contents: `
      export * from "./wasm-pkg/dist/browser/index.js";
      export { PlainEvaluator } from "./tests/js-peers/plain.js";
      export { median } from "./tests/js/support/median.mjs";`,
    resolveDir: ROOT,
  },
  external: ["./compile.js"],
  bundle: true,
  format: "esm",
  write: false,
});

const server = await serve((path) => {
  if (path === "/") return { body: "<!doctype html><title>bench</title>", type: "text/html" };
  if (path === "/bench/package.js") return { body: outputFiles[0].contents, type: "text/javascript" };
  if (path === "/edgewise.wasm") return { body: readFileSync(`${ROOT}/wasm-pkg/dist/edgewise.wasm`), type: "application/wasm" };
  return path === "/favicon.ico" ? undefined : { body: readFileSync(`${workloads}${path}`), type: typeOf(path) };
});

/** Measures the times of the steps to the first decision of 100 experiments in a fresh page, in ms. */
async function first() {
  const { Ruleset, initialize } = await import("/bench/package.js");
  const bytes = new Uint8Array(await (await fetch("/W100.bin")).arrayBuffer());
  const wasm = await (await fetch("/edgewise.wasm")).arrayBuffer();
  const user = { country: "US", plan: "pro", age: 34, deviceType: "mobile" };
  const begun = performance.now();
  await initialize(wasm);
  const initialised = performance.now();
  const ruleset = Ruleset.load(bytes);
  const loaded = performance.now();
  ruleset.decide("u0000001", user);
  const decided = performance.now();
  const next = Ruleset.load(bytes);
  next.decide("u0000001", user);
  ruleset.close();
  const swapped = performance.now();
  return [initialised - begun, loaded - initialised, decided - loaded, decided - begun, swapped - decided];
}

/** Measures the time of a decision of each workload, in ns: of Edgewise, and of plain JavaScript. */
async function speed({ names, rounds, turn }) {
  const { PlainEvaluator, Ruleset, initialize, median } = await import("/bench/package.js");
  await initialize();
  const results = [];
  for (const name of names) {
    const { snapshot, users } = await (await fetch(`/${name}.json`)).json();
    const ruleset = Ruleset.load(new Uint8Array(await (await fetch(`/${name}.bin`)).arrayBuffer()));
    const contenders = [ruleset, new PlainEvaluator(snapshot)];
    const times = [[], []];
    let sink = 0;
    for (let round = -2; round < rounds; round++) {
      contenders.forEach((contender, number) => {
        const begun = performance.now();
        let done = 0;
        let elapsed;
        do {
          for (const user of users) sink += contender.decide(user.key, user.context).length;
          done += users.length;
          elapsed = performance.now() - begun;
        } while (elapsed < turn);
        if (round >= 0) times[number].push((elapsed / done) * 1e6);
      });
    }
    ruleset.close();
    results.push([name, ...times.map(median), sink]);
  }
  return results;
}

const format = (number) => Math.round(number).toLocaleString("en");

try {
  await inChromium(async (page) => {
    await page.goto(server.address);
    console.log("\nIn Chromium, in ns:\n\n| workload | Edgewise | plain JavaScript | ratio |\n|---|---|---|---|");
    const options = QUICK ? { names: NAMES, rounds: 2, turn: 5 } : { names: NAMES, rounds: 11, turn: 60 };
    for (const [name, ours, plain] of await page.evaluate(speed, options)) {
      console.log(`| ${name} | ${format(ours)} | ${format(plain)} | ${(plain / ours).toFixed(1)} |`);
    }
    const runs = [];
    for (let run = 0; run < (QUICK ? 3 : 21); run++) {
      await page.goto(server.address);
      runs.push(await page.evaluate(first));
    }
    console.log("\nIn a fresh page, 100 experiments, in ms:\n\n| step | median |\n|---|---|");
    const steps = ["compiling the WASM file", "loading the ruleset", "the first decision", "total", "swapping the ruleset, to the first decision"];
    steps.forEach((step, number) => console.log(`| ${step} | ${median(runs.map((run) => run[number])).toFixed(2)} |`));
  });
} finally {
  await server.stop();
}
