// Every page, in both themes, on a phone and on a desk, with scripts and without.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import axe from "axe-core";

import { look, open, openStage, pagesOf, problemsOf } from "./stage.mjs";

let stage;
let pages;

before(async () => {
  stage = await openStage("--demo");
  pages = await pagesOf(stage);
});

after(() => stage?.close());

/** What axe finds that keeps people from using a page. */
async function barriers(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html} (${failureSummary})`).join("; ")}`);
}

for (const size of ["phone", "desk"]) {
  for (const theme of ["light", "dark"]) {
    test(`every page is hydrated, fits and is accessible: ${size}, ${theme}`, { timeout: 180_000 }, async () => {
      const context = await look(stage.browser, { size, theme });
      const found = [];
      for (const { name, path, status } of pages) {
        const page = await context.newPage();
        const problems = problemsOf(page, status);
        await open(page, stage.address + path);
        const [width, visible] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
        if (width > visible) problems.push(`it is ${width} px wide where ${visible} are visible`);
        problems.push(...(await barriers(page)));
        found.push(...problems.map((problem) => `${name}: ${problem}`));
        await page.close();
      }
      await context.close();
      assert.deepEqual(found, []);
    });
  }
}

test("every page shows its data without scripts", { timeout: 60_000 }, async () => {
  const context = await look(stage.browser, { javaScriptEnabled: false });
  const page = await context.newPage();
  for (const { name, path, shows, status = 200 } of pages) {
    const answer = await page.goto(stage.address + path);
    assert.equal(answer.status(), status, name);
    const text = await page.locator("main").innerText();
    for (const shown of shows) assert.ok(text.includes(shown), `${name} does not show “${shown}” but: ${text}`);
  }
  await context.close();
});

test("a page reached by links equals the page loaded from the server", { timeout: 60_000 }, async () => {
  const context = await look(stage.browser);
  const page = await context.newPage();
  const problems = problemsOf(page);
  await open(page, stage.address);
  const parts = page.getByRole("navigation", { name: "Dashboard" });
  for (const part of ["Experiments", "Audiences", "Environments", "Overview"]) {
    await parts.getByRole("link", { name: part }).click();
    await page.getByRole("heading", { level: 1, name: part }).waitFor();
  }
  assert.deepEqual(problems, []);
  await context.close();
});

test("the chosen theme persists, and the server renders it", { timeout: 60_000 }, async () => {
  const context = await look(stage.browser);
  const page = await context.newPage();
  await open(page, stage.address);
  await page.getByRole("button", { name: "Switch between light and dark" }).click();
  await page.goto(`${stage.address}/environments`, { waitUntil: "commit" });
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  await context.close();
});
