// A page says at once that somebody else has deleted what it shows, and what was entered stays readable.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { newContext, open, openStage } from "./stage.mjs";

let stage;
let environmentId;
let number = 0;

before(async () => {
  stage = await openStage();
  environmentId = (await stage.api("POST", "environments", { name: "prod" })).id;
});

after(() => stage?.close());

const next = () => (number += 1);

/** Publishes a version, which the stream announces. */
const publish = () => {
  const key = `published-${next()}`;
  return stage.api("POST", "experiments", { environmentId, name: key, key, status: "RUNNING" });
};

/** Tells a page that it was hidden and is shown again. */
const showAgain = (page) =>
  page.evaluate(() => {
    for (const isHidden of [true, false]) {
      Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
      Object.defineProperty(document, "visibilityState", { value: isHidden ? "hidden" : "visible", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }
  });

for (const [occasion, announce] of [
  ["when the stream announces a change", publish],
  ["when the page is shown again", showAgain],
]) {
  test(`a deleted experiment is noticed ${occasion}`, { timeout: 120_000 }, async () => {
    const key = `deleted-${next()}`;
    const variants = [{ key: "control", name: "Control" }];
    const { id } = await stage.api("POST", "experiments", { environmentId, name: key, key, variants });
    await check("experiments", id, announce, async (page) => {
      await page.getByRole("button", { name: "Edit", exact: true }).click();
      await page.locator("#experiment-description").fill("Entered");
      await page.locator("#variants input[id$=-name]").fill("Entered");
      return ["#experiment-description", "#variants input[id$=-name]"];
    });
  });

  test(`a deleted audience is noticed ${occasion}`, { timeout: 120_000 }, async () => {
    const { id } = await stage.api("POST", "audiences", { environmentId, name: `deleted-${next()}`, rules: [] });
    await check("audiences", id, announce, async (page) => {
      await page.locator("#name").fill("Entered");
      return ["#name"];
    });
  });
}

/** Checks that the page of something says that it was deleted, and keeps what was entered. */
async function check(list, id, announce, enter) {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  const dialogs = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    return dialog.accept();
  });
  await open(page, `${stage.address}/${list}/${id}`);
  const fields = await enter(page);
  await stage.api("DELETE", `${list}/${id}`);
  await announce(page);
  await page.getByRole("alert").getByText("was deleted.").waitFor();
  await page.getByText("What you entered can still be read").waitFor();
  for (const field of fields) {
    assert.equal(await page.locator(field).inputValue(), "Entered");
    assert.deepEqual([await page.locator(field).isVisible(), await page.locator(field).isDisabled()], [true, true]);
  }
  for (const button of ["Save", "Launch", "Delete"]) {
    assert.equal(await page.getByRole("main").getByRole("button", { name: button }).count(), 0, button);
  }
  await page.getByRole("link", { name: `Go to the ${list}` }).click();
  await page.getByRole("heading", { level: 1, name: list, exact: false }).waitFor();
  assert.deepEqual(dialogs, []);
  await context.close();
}
