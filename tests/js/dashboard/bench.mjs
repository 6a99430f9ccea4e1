// `cargo xtask bench dashboard`: the loading times of pages, with 1,000 experiments. Baselines in the same rounds: the same rows as
// JSON, and an empty page. Layout shift should be 0, the first byte below 50 ms, the first paint below 1 s. Then the same on a slow
// line (throttled.mjs); `--throttled` measures nothing else.
import { serve } from "../support/servers.mjs";
import { median } from "../support/median.mjs";
import { observe } from "./observe.mjs";
import { newContext, open, openStage } from "./stage.mjs";
import { throttled } from "./throttled.mjs";

const QUICK = process.argv.includes("--quick");
const EXPERIMENTS = QUICK ? 100 : 1_000;
const FIRST_BYTES = QUICK ? 10 : 60;
const PAINTS = QUICK ? 2 : 9;
const VISITS = QUICK ? 2 : 7;

const stage = await openStage();
const blank = await serve(() => ({ body: "<!doctype html><title>blank</title><h1>Blank</h1>", type: "text/html" }));
try {
  console.log(`${EXPERIMENTS} experiments, ${FIRST_BYTES} and ${PAINTS} rounds: medians`);
  const ids = await fill();
  const pages = [
    ["overview", "/"],
    ["experiments", "/experiments"],
    ["experiments, searched", "/experiments?q=button&sort=name"],
    ["experiment", `/experiments/${ids.experiment}`],
    ["environment", `/environments/${ids.environment}`],
    ["audiences", "/audiences"],
  ];
  if (!process.argv.includes("--throttled")) {
    await firstBytes(pages);
    await paints(pages);
  }
  await throttled(stage, ids.experiment, VISITS);
} finally {
  await blank.stop();
  await stage.close();
}

/** Creates the experiments; a tenth of them run. */
async function fill() {
  const { id: environment } = await stage.api("POST", "environments", { name: "prod" });
  let experiment;
  for (let number = 0; number < EXPERIMENTS; number++) {
    const key = `button-${String(number).padStart(4, "0")}`;
    const name = `Button number ${number}`;
    ({ id: experiment } = await stage.api("POST", "experiments", { key, name, description: name, environmentId: environment }));
    const variants = [];
    for (const color of ["blue", "green"]) {
      variants.push(await stage.api("POST", `experiments/${experiment}/variants`, { key: color, name: color, payload: { color } }));
    }
    await stage.api("PUT", `experiments/${experiment}/allocations`, {
      allocations: variants.map(({ id }, place) => ({ variantId: id, rangeStart: place * 5000, rangeEnd: place * 5000 + 4999 })),
    });
    if (number % 10 === 0) await stage.api("PATCH", `experiments/${experiment}/status`, { status: "RUNNING" });
  }
  return { environment, experiment };
}

async function firstBytes(pages) {
  const json = ["the same rows as JSON", "/api/experiments?page=1&pageSize=25"];
  const times = new Map([...pages, json].map(([name]) => [name, []]));
  for (let round = 0; round < FIRST_BYTES; round++) {
    for (const [name, path] of [...pages, json]) {
      const begun = performance.now();
      const response = await fetch(stage.address + path);
      // The headers arrive with the first bytes: the server sends a page whole.
      times.get(name).push(performance.now() - begun);
      await response.arrayBuffer();
    }
  }
  const baseline = median(times.get(json[0]));
  console.log("\nfirst byte, ms (beside the same rows as JSON)");
  for (const [name, measured] of times) {
    console.log(`  ${name.padEnd(24)} ${median(measured).toFixed(1).padStart(7)}  ${(median(measured) / baseline).toFixed(2)} ×`);
  }
}

async function paints(pages) {
  const all = [...pages.map(([name, path]) => [name, stage.address + path, open]), ["a blank page", blank.address, plainly]];
  const measured = new Map(all.map(([name]) => [name, []]));
  for (let round = 0; round < PAINTS; round++) {
    for (const [name, url, visit] of all) {
      // With an empty cache, as on a first visit.
      const context = await newContext(stage.browser);
      const page = await context.newPage();
      await page.addInitScript(observe);
      await visit(page, url);
      measured.get(name).push(await page.evaluate(() => globalThis.measured()));
      await context.close();
    }
  }
  const of = (name, measure) => median(measured.get(name).map((one) => one[measure]));
  console.log("\nfirst contentful paint, ms (beside a blank page); alive, ms; layout shift; bytes transferred");
  for (const [name] of all) {
    const ratio = of(name, "paint") / of("a blank page", "paint");
    console.log(
      `  ${name.padEnd(24)} ${of(name, "paint").toFixed(0).padStart(5)}  ${ratio.toFixed(2)} ×  ` +
        `${of(name, "alive").toFixed(0).padStart(5)}  ${of(name, "shift").toFixed(4)}  ${of(name, "bytes")}`,
    );
  }
}

async function plainly(page, url) {
  await page.goto(url);
}
