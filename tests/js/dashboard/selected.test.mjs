// What the query of a URL selects, such as a page of a list, is announced to screen readers once it is shown.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { newContext, open, openStage, problemsOf } from "./stage.mjs";

const TIMEOUT = { timeout: 120_000 };

let stage;
let environment;

before(async () => {
  stage = await openStage();
  environment = (await stage.api("POST", "environments", { name: "prod" })).id;
  const experiment = (number) => ({ environmentId: environment, name: `Draft ${number}`, key: `draft-${number}` });
  for (let number = 1; number <= 27; number += 1) await stage.api("POST", "experiments", experiment(number));
  for (let number = 1; number <= 22; number += 1) {
    await stage.api("POST", "audiences", { environmentId: environment, name: `Audience ${number}`, rules: [] });
  }
  await stage.api("POST", "experiments", { ...experiment("live"), status: "RUNNING" });
});

after(() => stage?.close());

/** Opens a page with scripts. */
async function withPage(path, use) {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  const problems = problemsOf(page);
  await open(page, stage.address + path);
  const region = page.locator("#selected[role=status]");
  assert.equal(await region.textContent(), "", "the browser announces the first page itself");
  await use(page, (words) => region.filter({ hasText: new RegExp(`^${words}$`) }).waitFor({ state: "attached" }));
  assert.deepEqual(problems, []);
  await context.close();
}

test("pages, filters and the order of the list of experiments are announced", TIMEOUT, async () => {
  await withPage("/experiments", async (page, announced) => {
    await page.getByRole("link", { name: "Next page" }).click();
    await announced("Experiments, page 2: 26–28 of 28");
    await page.getByRole("link", { name: "Name", exact: true }).click();
    await announced("Experiments, page 1: 1–25 of 28");
    await page.goBack();
    await announced("Experiments, page 2: 26–28 of 28");
    await page.getByRole("combobox", { name: "Status" }).selectOption("Running");
    await announced("Experiments, page 1: 1–1 of 1");
    const search = page.getByRole("searchbox");
    await search.fill("nothing like that");
    await announced("Experiments, page 1: No experiments match");
    assert.ok(await search.evaluate((search) => search === document.activeElement), "the focus stays");
  });
});

test("pages of audiences, and versions of the history, are announced", TIMEOUT, async () => {
  await withPage("/audiences", async (page, announced) => {
    await page.getByRole("link", { name: "Next page" }).click();
    await announced("Audiences, page 2: 21–22 of 22");
  });
  await withPage(`/environments/${environment}`, async (page, announced) => {
    await page.getByRole("link", { name: "Version 1", exact: true }).click();
    await announced("Version 1");
    await page.getByRole("link", { name: "Close the comparison" }).click();
    await announced("History, page 1: 1–1 of 1");
  });
});
