// The wizard checks every field, suggests keys, and loses no input.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { focused, newContext, open, openStage, problemsOf } from "./stage.mjs";

let stage;
let prod;

before(async () => {
  stage = await openStage();
  prod = await stage.api("POST", "environments", { name: "prod" });
  await stage.api("POST", "environments", { name: "staging" });
});

after(() => stage?.close());

const button = (page, name) => page.getByRole("button", { name, exact: true });
const step = (page, name) => page.getByRole("region", { name });

/** Waits until the element with this CSS selector has the focus. */
const waitForFocus = (page, selector) => page.waitForFunction((selector) => document.activeElement?.matches(selector), selector);

/** Opens the wizard, with an environment and a name. */
async function begin(page, name) {
  await open(page, `${stage.address}/experiments/new?environment=${prod.id}`);
  await step(page, "Name the experiment").getByLabel("Name").fill(name);
}

/** Goes on to the step with this heading, and waits until the heading has the focus. */
async function next(page, heading) {
  await button(page, "Next").click();
  await focused(page, heading);
}

test("every wrong field is flagged, and the first one has the focus", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  const problems = problemsOf(page);
  await open(page, `${stage.address}/experiments/new`);
  const wrong = () => page.locator("[aria-invalid=true]").evaluateAll((fields) => fields.map(({ id }) => id));
  await button(page, "Next").click();
  await waitForFocus(page, "#environment");
  assert.deepEqual(await wrong(), ["environment", "name", "key"]);

  await page.getByLabel("Environment").selectOption("prod");
  await page.locator("#key").fill("Bad Key!");
  await button(page, "Next").click();
  await waitForFocus(page, "#name");
  await page.getByText("Must consist of letters, digits, hyphens, underscores and dots").waitFor();
  assert.deepEqual(await wrong(), ["name", "key"]);
  await page.locator("#name").fill("A name");
  assert.deepEqual(await wrong(), ["key"]);
  await button(page, "Next").click();
  await waitForFocus(page, "#key");
  await page.locator("#key").fill("good-key");
  await next(page, "Define the variants");

  const variants = step(page, "Define the variants");
  await page.locator("#variant-1-name").fill("");
  await page.locator("#variant-2-key").fill("größe");
  await page.locator("#variant-2-payload").fill("{color: blue}");
  await variants.getByText('Line 1: a name in double quotes is missing. Right is, for example, {"color": "green", "size": 2}').waitFor();
  await button(page, "Next").click();
  await waitForFocus(page, "#variant-1-name");
  assert.deepEqual(await wrong(), ["variant-1-name", "variant-1-key", "variant-2-key", "variant-2-payload"]);
  assert.deepEqual(problems, []);
  await context.close();
});

test("keys are suggested for names in any language, and numbered where a name suggests none", { timeout: 60_000 }, async () => {
  await stage.api("POST", "experiments", { environmentId: prod.id, name: "Six", key: "experiment-6" });
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  for (const [name, key] of [
    ["Checkout button", "checkout-button"],
    ["Über Größe", "uber-grosse"],
    ["日本の実験", "experiment-7"],
    ["Đường ABC", "duong-abc"],
  ]) {
    await begin(page, name);
    await page.waitForFunction((key) => document.querySelector("#key").value === key, key);
    await page.locator("#name").fill("");
  }
  // Going on does not need to wait for the suggestion.
  await begin(page, "Größe");
  await next(page, "Define the variants");
  await page.locator("#variant-2-name").fill("日本");
  await next(page, "Split the users");
  await page.locator(".wizard-steps button").first().click();
  assert.equal(await page.locator("#key").inputValue(), "grosse");
  await page.locator(".wizard-steps button").nth(1).click();
  assert.equal(await page.locator("#variant-2-key").inputValue(), "variant-2");
  await context.close();
});

test("without scripts, a key is suggested, and a key that is not one is refused", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser, { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${stage.address}/experiments/new?environment=${prod.id}`);
  await page.locator("#name").fill("Grün");
  await page.locator("#key").fill("Bad Key!");
  await button(page, "Create as draft").first().click();
  await page.getByText("Must consist of letters, digits, hyphens, underscores and dots").waitFor();
  assert.equal(await page.locator("#key").inputValue(), "Bad Key!");
  await page.locator("#key").fill("");
  await button(page, "Create as draft").first().click();
  await page.getByRole("heading", { level: 1, name: "Grün" }).waitFor();
  await page.getByText("grun", { exact: true }).first().waitFor();
  await context.close();
});

test("a share above 100 % is refused, and a launch without shares asks first", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  await begin(page, "Shares");
  await next(page, "Define the variants");
  await next(page, "Split the users");
  const split = step(page, "Split the users");
  await page.locator("#share-0").fill("150");
  await button(page, "Next").click();
  await page.getByText("Enter a number from 0 to 100").waitFor();
  await waitForFocus(page, "#share-0");
  assert.equal(await page.locator("#share-0").inputValue(), "150");
  await page.locator("#share-0").fill("0");
  await page.locator("#share-1").fill("0");
  await next(page, "Choose the users");
  await next(page, "Review the experiment");

  const question = page.getByRole("dialog", { name: "Start this experiment?" });
  await button(page, "Create and launch").click();
  await question.getByText("The split gives no user a variant").waitFor();
  assert.equal((await stage.api("GET", "experiments?page=1&pageSize=100")).data.some(({ key }) => key === "shares"), false);
  await button(question, "Split the users first").click();
  await split.getByRole("heading", { name: "Split the users" }).waitFor();
  await next(page, "Choose the users");
  await next(page, "Review the experiment");
  await button(page, "Create and launch").click();
  await button(question, "Launch anyway").click();
  await page.getByRole("heading", { level: 1, name: "Shares" }).waitFor();
  await context.close();
});

test("a reload keeps the input until the user discards it", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  page.on("dialog", (dialog) => dialog.accept());
  await begin(page, "Kept");
  await page.locator("#key").fill("kept-key");
  await next(page, "Define the variants");
  await button(page, "Add a variant").click();
  await waitForFocus(page, "#variant-3-name");
  await page.locator("#variant-3-name").fill("Third");
  await page.locator("#variant-1-payload").fill('{"n": 1');
  await open(page, page.url());
  await page.getByText(/Unsaved changes from \d\d:\d\d were restored\./).waitFor();
  const variants = step(page, "Define the variants");
  await variants.waitFor();
  assert.equal(await page.locator("#variant-3-name").inputValue(), "Third");
  assert.equal(await page.locator("#variant-3-key").inputValue(), "third");
  assert.equal(await page.locator("#variant-1-payload").inputValue(), '{"n": 1');
  await page.locator(".wizard-steps button").first().click();
  assert.equal(await page.locator("#name").inputValue(), "Kept");
  assert.equal(await page.locator("#key").inputValue(), "kept-key");

  const reloaded = page.waitForEvent("load");
  await button(page, "Discard").click();
  await reloaded;
  assert.equal(await page.locator("#name").inputValue(), "");
  await open(page, page.url());
  assert.equal(await page.getByText("Unsaved changes from").count(), 0);
  await context.close();
});

test("the browser's Back asks before input is lost", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  const problems = problemsOf(page);
  await open(page, `${stage.address}/experiments`);
  await page.getByRole("link", { name: "New experiment" }).first().click();
  await page.locator("#name").fill("Not lost");
  const url = page.url();
  const back = async (answer) => {
    const asked = page.waitForEvent("dialog");
    const left = page.evaluate(() => history.back());
    const dialog = await asked;
    assert.match(dialog.message(), /Leave without creating the experiment/);
    await dialog[answer]();
    await left;
  };
  await back("dismiss");
  await page.waitForFunction((url) => location.href === url, url);
  assert.equal(await page.locator("#name").inputValue(), "Not lost");
  await back("accept");
  await page.getByRole("heading", { level: 1, name: "Experiments", exact: true }).waitFor();
  await page.getByRole("link", { name: "New experiment" }).first().click();
  assert.equal(await page.locator("#name").inputValue(), "");
  assert.deepEqual(problems, []);
  await context.close();
});

test("input is kept while the tab is hidden, which a browser may discard", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  await begin(page, "Hidden soon");
  const keptWhile = (hidden) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
      return sessionStorage.getItem("new-experiment");
    }, hidden);
  assert.match(await keptWhile(true), /Hidden soon/);
  assert.equal(await keptWhile(false), null);
  await context.close();
});
