// The part of the bench on a slow line: how soon a page can be read, and how soon it works, on a first visit and as the next page.
import { median } from "../support/median.mjs";
import { observe } from "./observe.mjs";
import { alive, newContext } from "./stage.mjs";

/** The line: delay in ms, throughput in bytes per second. */
const LINE = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };

/**
 * Measures the pages of a stage `rounds` times, and prints the medians. A first visit begins with an empty cache. The next page
 * is opened by a link, as soon as the page before works.
 */
export async function throttled(stage, experiment, rounds) {
  const visits = [
    { name: "overview", path: "/", link: "Experiments", next: "experiments", heading: "Experiments", content: /^Button number/ },
    { name: "experiments", path: "/experiments?q=button-0000", link: "Button number 0", next: "experiment", heading: "Button number 0" },
    { name: "experiment", path: `/experiments/${experiment}`, link: "Environments", next: "environments", heading: "Environments", content: /^prod/ },
  ];
  // The smallest document of the same server.
  const blank = { name: "a blank page", path: "/health" };
  const measured = new Map([...visits, blank].map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const visit of [...visits, blank]) measured.get(visit.name).push(await visited(stage, visit));
  }
  const of = (name, measure) => median(measured.get(name).map((one) => one[measure]));
  const number = (value, digits = 0) => (Number.isNaN(value) ? "–" : value.toFixed(digits)).padStart(7);
  console.log(`\n1.6 Mbit/s, 150 ms, ${rounds} rounds: medians`);
  console.log("first visit: readable, ms (beside a blank page); alive, ms; layout shift; bytes transferred");
  for (const { name } of [...visits, blank]) {
    const ratio = of(name, "paint") / of(blank.name, "paint");
    console.log(
      `  ${name.padEnd(24)} ${number(of(name, "paint"))}  ${ratio.toFixed(2)} ×  ${number(of(name, "alive"))}` +
        `  ${of(name, "shift").toFixed(4)}  ${of(name, "bytes")}`,
    );
  }
  console.log("next page: readable, ms; alive, ms; layout shift");
  for (const { name, next } of visits) {
    console.log(
      `  ${`${name} → ${next}`.padEnd(28)} ${number(of(name, "nextReadable"))}  ${number(of(name, "nextAlive"))}` +
        `  ${of(name, "nextShift").toFixed(4)}`,
    );
  }
}

/** Visits a page on the slow line with an empty cache, and then the page that its link leads to. */
async function visited(stage, { path, link, heading, content }) {
  const context = await newContext(stage.browser);
  try {
    const page = await context.newPage();
    await page.addInitScript(observe);
    const line = await context.newCDPSession(page);
    await line.send("Network.enable");
    await line.send("Network.emulateNetworkConditions", LINE);
    await page.goto(stage.address + path);
    if (link === undefined) return await page.evaluate(() => globalThis.measured());

    await alive(page);
    const first = await page.evaluate(() => globalThis.measured());
    // The link can be pressed without scrolling, so that pressing it takes no time.
    const target = page.getByRole("link", { name: link, exact: true }).first();
    await target.waitFor();
    const begun = performance.now();
    await target.click({ noWaitAfter: true });
    await page.getByRole("heading", { level: 1, name: heading, exact: true }).waitFor();
    // A list may follow its heading.
    if (content) await page.getByRole("main").getByRole("link", { name: content }).first().waitFor();
    const nextReadable = performance.now() - begun;
    // A page that is loaded as a document begins without this mark.
    await alive(page);
    const nextAlive = performance.now() - begun;
    const { shift } = await page.evaluate(() => globalThis.measured());
    return { ...first, nextReadable, nextAlive, nextShift: Math.max(0, shift - first.shift) };
  } finally {
    await context.close();
  }
}
