// The page of an experiment before and without its module: what only the module can save cannot be entered.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { alive, newContext, openStage } from "./stage.mjs";

/** The inputs and buttons of the parts that only the module saves. */
const USABLE = ".parts :is(input, select, textarea, button):enabled";

let stage;
let url;

before(async () => {
  stage = await openStage();
  const { id: environmentId } = await stage.api("POST", "environments", { name: "prod" });
  const variants = ["control", "treatment"].map((key) => ({ key, name: `The ${key}`, payload: { key } }));
  const allocations = [{ variant: "control", rangeStart: 0, rangeEnd: 2499 }];
  const rules = [{ conditions: [{ attribute: "country", operator: "eq", value: "US" }] }];
  const body = { environmentId, name: "Plain", key: "plain", variants, allocations, targetingRules: rules };
  url = `${stage.address}/experiments/${(await stage.api("POST", "experiments", body)).id}`;
});

after(() => stage?.close());

/** Checks that the page can be read, and that the forms for the status, and nothing else, can be used. */
async function checkPlain(page, name) {
  assert.equal(await page.locator(USABLE).count(), 0, name);
  assert.equal(await page.locator("#variants input").first().inputValue(), "The control", name);
  assert.equal(await page.getByLabel("The control", { exact: true }).inputValue(), "25", name);
  assert.match(await page.locator("#targeting").innerText(), /country is “?US/, name);
  for (const hidden of ["Add variant", "Save variants", "Even split", "Discard"]) {
    assert.equal(await page.getByRole("button", { name: hidden }).count(), 0, `${name}: ${hidden}`);
  }
  await page.getByText("Editing variants, split and targeting needs JavaScript.").waitFor();
  assert.equal(await page.locator(".plain-status").getByRole("button", { name: "Launch" }).isEnabled(), true, name);
}

test("without scripts, or without the module, the parts of an experiment can only be read", { timeout: 120_000 }, async () => {
  const withoutScripts = await newContext(stage.browser, { javaScriptEnabled: false });
  const page = await withoutScripts.newPage();
  await page.goto(url);
  await checkPlain(page, "no scripts");
  await withoutScripts.close();

  const context = await newContext(stage.browser);
  for (const ending of ["wasm", "js"]) {
    const page = await context.newPage();
    await page.route(`**/*.${ending}`, (route) => route.abort());
    await page.goto(url);
    await page.locator("html[data-plain]").waitFor({ state: "attached" });
    await checkPlain(page, `no ${ending}`);
    await page.close();
  }
  await context.close();
});

test("the parts can be used before and after the module arrives, but not once it has failed", { timeout: 120_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  await page.route("**/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  // Each instance fails once the test says so.
  await page.addInitScript(() => {
    const { createTextNode } = Document.prototype;
    Document.prototype.createTextNode = function (text) {
      if (globalThis.armed) throw new Error("a fault of the test");
      return createTextNode.call(this, text);
    };
  });
  await page.goto(url, { waitUntil: "commit" });
  const name = page.locator("#variants input[id$=-name]").first();
  await name.fill("Entered early");
  release();
  await alive(page);
  // The editors arrive after the page, and take over what was entered.
  await page.locator("#variants button:enabled", { hasText: "Save variants" }).waitFor();
  assert.equal(await name.inputValue(), "Entered early");

  await page.evaluate(() => {
    globalThis.armed = true;
    document.querySelector("#variants .add-variant").click();
  });
  await page.locator("html[data-plain]").waitFor({ state: "attached" });
  assert.equal(await page.locator(USABLE).count(), 0);
  assert.equal(await name.inputValue(), "Entered early");
  await context.close();
});
