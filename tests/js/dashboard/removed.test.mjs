// After something is removed, the focus is where work goes on: at the list, or at what was next to it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { focused, newContext, open, openStage } from "./stage.mjs";

let stage;
let environmentId;

before(async () => {
  stage = await openStage();
  environmentId = (await stage.api("POST", "environments", { name: "prod" })).id;
});

after(() => stage?.close());

const button = (on, name) => on.getByRole("button", { name, exact: true });

/** Opens a page, and closes its context afterwards. */
async function withPage(path, use) {
  const context = await newContext(stage.browser);
  try {
    const page = await context.newPage();
    await open(page, `${stage.address}${path}`);
    await use(page);
  } finally {
    await context.close();
  }
}

/** Waits until an element with this CSS selector and text has the focus. */
const focusedElement = (page, selector, text) =>
  page.waitForFunction(
    ([selector, text]) => document.activeElement.matches(selector) && document.activeElement.textContent.includes(text),
    [selector, text],
  );

test("after an experiment is deleted, the heading of the list has the focus", { timeout: 60_000 }, async () => {
  const { id } = await stage.api("POST", "experiments", { environmentId, name: "Gone", key: "gone" });
  await withPage(`/experiments/${id}`, async (page) => {
    await button(page, "Delete experiment").click();
    await page.getByRole("dialog").getByLabel("Key").fill("gone");
    await button(page, "Delete permanently").click();
    await focused(page, "Experiments");
  });
});

test("after an audience is deleted, the heading of the list has the focus", { timeout: 60_000 }, async () => {
  const { id } = await stage.api("POST", "audiences", { environmentId, name: "Gone", rules: [] });
  await withPage(`/audiences/${id}`, async (page) => {
    await button(page, "Delete audience").click();
    await button(page.getByRole("dialog"), "Delete audience").click();
    await focused(page, "Audiences");
  });
});

test("after a variant is removed, the next one has the focus", { timeout: 60_000 }, async () => {
  const { id } = await stage.api("POST", "experiments", { environmentId, name: "Variants", key: "variants" });
  await withPage(`/experiments/${id}`, async (page) => {
    for (let count = 0; count < 3; count += 1) await button(page, "Add variant").click();
    await page.locator("#variants input[id$=-key]").nth(2).waitFor();
    const id = await page.locator("#variants li").nth(1).getAttribute("id");
    await button(page, "Delete variant control").click();
    await focusedElement(page, `#${id}`, "Key");
    await button(page, "Delete variant variant-3").click();
    await focusedElement(page, `#${id}`, "Key");
    await button(page, "Delete variant treatment").click();
    await focusedElement(page, "button", "Add variant");
  });
  await withPage(`/experiments/new?environment=${environmentId}`, async (page) => {
    await page.locator("#name").fill("Any");
    await button(page, "Next").click();
    await focused(page, "Define the variants");
    await button(page, "Add a variant").click();
    await page.locator("#variant-3-name").fill("Third");
    await button(page, "Remove Treatment").click();
    await focusedElement(page, "#variant-3", "Third");
    await button(page, "Remove Third").click();
    await focusedElement(page, "#variant-1", "Control");
  });
});

test("after a rule is removed, the next one has the focus", { timeout: 60_000 }, async () => {
  const rules = ["one", "two", "three"].map((value) => ({ conditions: [{ attribute: value, operator: "eq", value }] }));
  const { id } = await stage.api("POST", "audiences", { environmentId, name: "Rules", rules });
  await withPage(`/audiences/${id}`, async (page) => {
    const attribute = (value) => page.waitForFunction((value) => document.activeElement.value === value, value);
    await button(page, "Remove alternative 1").click();
    await attribute("two");
    await button(page, "Remove alternative 2").click();
    await attribute("two");
    await button(page, "Remove alternative 1").click();
    await focusedElement(page, "button", "Add a condition");
    assert.equal(await page.getByLabel("Attribute").count(), 0);
  });
});
