// Unsaved changes that come back after a reload say so, once, and can be discarded.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import axe from "axe-core";

import { newContext, open, openStage, problemsOf } from "./stage.mjs";

const NOTE = /^Unsaved changes from \d\d:\d\d were restored\.$/;

let stage;
let pages;

before(async () => {
  stage = await openStage();
  const { id: environmentId } = await stage.api("POST", "environments", { name: "prod" });
  const experiment = await stage.api("POST", "experiments", { environmentId, name: "Experiment", key: "experiment" });
  const audience = await stage.api("POST", "audiences", { environmentId, name: "Audience", rules: [] });
  pages = [
    {
      name: "Experiment",
      url: `${stage.address}/experiments/${experiment.id}`,
      field: "#experiment-name",
      begin: (page) => page.getByRole("button", { name: "Edit", exact: true }).click(),
      saving: (page) => page.getByRole("region", { name: "Name and description" }).getByRole("button", { name: "Save" }),
    },
    {
      name: "Audience",
      url: `${stage.address}/audiences/${audience.id}`,
      field: "#name",
      begin: () => {},
      saving: (page) => page.getByRole("button", { name: "Save", exact: true }),
    },
  ];
});

after(() => stage?.close());

for (const place of [0, 1]) {
  test(`restored changes of an ${["experiment", "audience"][place]} are announced and discarded`, { timeout: 120_000 }, async () => {
    const { name, url, field, begin, saving } = pages[place];
    const context = await newContext(stage.browser);
    const page = await context.newPage();
    page.on("dialog", (dialog) => dialog.accept());
    const problems = problemsOf(page);
    const note = page.getByRole("status").getByText(NOTE);
    const discard = page.getByRole("status").getByRole("button", { name: "Discard" });
    const heading = (words) => page.getByRole("heading", { level: 1, name: words, exact: true });

    await open(page, url);
    assert.equal(await note.count(), 0);
    await begin(page);
    await page.locator(field).fill("Entered");
    await open(page, url);
    await note.waitFor();
    // What was entered can be seen.
    assert.equal(await page.locator(field).inputValue(), "Entered");
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document));
    assert.deepEqual(violations.map(({ id }) => id), []);

    await discard.click();
    await note.waitFor({ state: "detached" });
    await page.waitForFunction(() => document.activeElement.localName === "h1");
    if (await page.locator(field).count()) assert.equal(await page.locator(field).inputValue(), name);
    await open(page, url);
    assert.equal(await note.count(), 0);

    // The note goes when the changes are saved, and does not come back with other ones.
    await begin(page);
    await page.locator(field).fill("Saved");
    await open(page, url);
    await note.waitFor();
    await saving(page).click();
    await heading("Saved").waitFor();
    await note.waitFor({ state: "detached" });
    if (!(await page.locator(field).count())) await begin(page);
    await page.locator(field).fill("Later");
    await page.getByText("Unsaved changes", { exact: true }).waitFor();
    assert.equal(await note.count(), 0);
    assert.deepEqual(problems, []);
    await context.close();
  });
}
