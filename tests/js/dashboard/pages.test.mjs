// Every page, in both themes, at the width of a phone and of a desktop, with scripts and without.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import axe from "axe-core";

import { newContext, open, openStage, pagesOf, problemsOf } from "./stage.mjs";

let stage;
let pages;

before(async () => {
  stage = await openStage("--demo");
  pages = await pagesOf(stage);
});

after(() => stage?.close());

/** Returns the accessibility violations that axe reports. */
async function violationsOf(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html} (${failureSummary})`).join("; ")}`);
}

for (const size of ["phone", "desktop"]) {
  for (const theme of ["light", "dark"]) {
    test(`every page works, fits and is accessible: ${size}, ${theme}`, { timeout: 180_000 }, async () => {
      const context = await newContext(stage.browser, { size, theme });
      const found = [];
      for (const { name, path, status } of pages) {
        const page = await context.newPage();
        const problems = problemsOf(page, status);
        await open(page, stage.address + path);
        const [width, visible] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
        if (width > visible) problems.push(`the page is ${width} px wide, the viewport ${visible} px`);
        problems.push(...(await violationsOf(page)));
        found.push(...problems.map((problem) => `${name}: ${problem}`));
        await page.close();
      }
      await context.close();
      assert.deepEqual(found, []);
    });
  }
}

test("every page shows its data without scripts", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser, { javaScriptEnabled: false });
  const page = await context.newPage();
  for (const { name, path, texts, status = 200 } of pages) {
    const response = await page.goto(stage.address + path);
    assert.equal(response.status(), status, name);
    const content = await page.locator("main").innerText();
    for (const text of texts) assert.ok(content.includes(text), `${name} does not contain “${text}”, but: ${content}`);
  }
  await context.close();
});

test("a page reached by links equals the page loaded from the server", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
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
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  await open(page, stage.address);
  await page.getByRole("button", { name: "Theme" }).click();
  await page.goto(`${stage.address}/environments`, { waitUntil: "commit" });
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  await context.close();
});
