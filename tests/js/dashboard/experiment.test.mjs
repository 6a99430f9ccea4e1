// The page of an experiment: input survives, the focus stays, changes of two people merge, and long experiments stay usable.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { boxOf, newContext, open, openStage, problemsOf } from "./stage.mjs";

let stage;
let environment;
let number = 0;

before(async () => {
  stage = await openStage();
  environment = (await stage.api("POST", "environments", { name: "prod" })).id;
});

after(() => stage?.close());

const variants = [
  { key: "control", name: "Control", payload: { color: "blue" } },
  { key: "treatment", name: "Treatment" },
];
const halves = [
  { variant: "control", rangeStart: 0, rangeEnd: 4999 },
  { variant: "treatment", rangeStart: 5000, rangeEnd: 9999 },
];

/** Creates an experiment, and returns its id and the URL of its page. */
async function create(more = {}) {
  number += 1;
  const body = { environmentId: environment, name: `Test ${number}`, key: `test-${number}`, variants, allocations: halves, ...more };
  const { id } = await stage.api("POST", "experiments", body);
  return { id, url: `${stage.address}/experiments/${id}`, read: () => stage.api("GET", `experiments/${id}`) };
}

const button = (page, name) => page.getByRole("button", { name, exact: true });
const toast = (page, text) => page.getByRole("status").getByText(text).first().waitFor();

/** Waits until the element with this CSS selector has the focus, and the text, if any. */
const waitForFocus = (page, selector, text = "") =>
  page.waitForFunction(
    ([selector, text]) => document.activeElement?.matches(selector) && document.activeElement.textContent.includes(text),
    [selector, text],
  );

test("the focus goes where work goes on", { timeout: 120_000 }, async () => {
  const { url } = await create({ status: "RUNNING" });
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  const problems = problemsOf(page);
  await open(page, url);
  await button(page, "Pause").click();
  await waitForFocus(page, "button", "Resume");
  await page.keyboard.press("Enter");
  await button(page.getByRole("dialog", { name: "Resume this experiment?" }), "Resume").click();
  await waitForFocus(page, "button", "Pause");

  await button(page, "Add variant").click();
  await waitForFocus(page, "input.mono[id$=-key]");
  await button(page, "Delete variant variant-3").click();
  await waitForFocus(page, "li.variant", "treatment");
  await button(page, "Delete variant treatment").click();
  await waitForFocus(page, "button", "Undo");
  await page.keyboard.press("Enter");
  await waitForFocus(page, "button[aria-label='Delete variant treatment']");

  await page.getByLabel("Name", { exact: true }).first().fill("Unchanged control");
  await button(page, "Save variants").click();
  await waitForFocus(page, "#variants .part-foot");
  assert.deepEqual(problems, []);
  await context.close();
});

test("a border stays at the ends of the bar, and many variants have none", { timeout: 60_000 }, async () => {
  const { url } = await create();
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  await open(page, url);
  const border = page.getByRole("slider");
  const value = async () => [await border.count(), await border.getAttribute("aria-valuenow")];
  await border.press("End");
  assert.deepEqual(await value(), [1, "100"]);
  await border.press("PageDown");
  assert.deepEqual(await value(), [1, "90"]);
  await border.press("Home");
  assert.deepEqual(await value(), [1, "0"]);
  await button(page, "Save split").click();
  await toast(page, "Split saved");
  assert.deepEqual(await value(), [1, "0"]);
  // A variant that gets no user has a border too.
  await open(page, url);
  await border.waitFor();
  assert.equal(await border.count(), 1);

  const many = Array.from({ length: 13 }, (_, at) => ({ key: `v${at}`, name: `V${at}` }));
  const allocations = many.map(({ key }, at) => ({ variant: key, rangeStart: at * 700, rangeEnd: at * 700 + 699 }));
  await open(page, (await create({ variants: many, allocations })).url);
  await page.getByRole("img", { name: /^V0 7 %, .*, 7 more variants together 49 %, no variant 9 %$/ }).waitFor();
  assert.equal(await border.count(), 0);
  await context.close();
});

test("a list of values that can only be texts is saved as texts, and a mixture is pointed out", { timeout: 60_000 }, async () => {
  const { url, read, id } = await create();
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  await open(page, url);
  await button(page, "Add a condition").click();
  await page.getByLabel("Attribute").fill("zip");
  await page.getByLabel("Operator").selectOption("is one of");
  await page.getByLabel("Values, each followed by Enter or a comma").fill("02134, 90210, 10001");
  await button(page, "Save targeting").click();
  await toast(page, "Targeting saved");
  assert.deepEqual((await read()).targetingRules[0].conditions[0].value, ["02134", "90210", "10001"]);

  const mixed = [{ conditions: [{ attribute: "zip", operator: "in", value: ["02134", 90210] }] }];
  await stage.api("PATCH", `experiments/${id}`, { targetingRules: mixed });
  await open(page, url);
  await page.getByText("02134 is a text, but 90210 is a number").waitFor();
  await page.getByLabel("Value type").selectOption("text");
  await page.getByText("02134 is a text, but 90210 is a number").waitFor({ state: "detached" });
  await context.close();
});

test("unsaved changes survive a reload, and the browser's Back asks first", { timeout: 60_000 }, async () => {
  const { url, read, id } = await create();
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  const problems = problemsOf(page);
  await open(page, `${stage.address}/experiments`);
  await page.locator(`a[href$="${id}"]`).first().click();
  const name = page.locator("#variants input[id$=-name]").first();
  await name.fill("Kept");
  await button(page, "Add a condition").click();
  const asked = page.waitForEvent("dialog");
  const back = page.evaluate(() => history.back());
  await (await asked).dismiss();
  await back;
  await page.waitForFunction((url) => location.href === url, url);
  assert.equal(await name.inputValue(), "Kept");

  page.on("dialog", (dialog) => dialog.accept());
  await open(page, url);
  await toast(page, "Unsaved changes from");
  assert.equal(await name.inputValue(), "Kept");
  assert.equal(await page.getByLabel("Attribute").count(), 1);
  await button(page, "Save targeting").click();
  await page.getByText("The attribute is missing").waitFor();
  await waitForFocus(page, ".condition input");
  await page.locator("#targeting").getByRole("button", { name: "Discard" }).click();
  await button(page, "Save variants").click();
  await toast(page, "Variants saved");
  assert.equal((await read()).variants[0].name, "Kept");

  // What is saved is not restored.
  await open(page, url);
  assert.equal(await button(page, "Save variants").isDisabled(), true);

  // What somebody else changed during the reload is a conflict.
  await name.fill("Mine");
  const { variants: saved } = await read();
  await page.goto("about:blank");
  await stage.api("PATCH", `experiments/${id}/variants`, { update: [{ id: saved[0].id, name: "Theirs" }] });
  await open(page, url);
  await page.getByRole("listitem").filter({ hasText: "Variants: changed while the page was reloaded" }).waitFor();
  assert.equal(await name.inputValue(), "Mine");
  assert.deepEqual(problems, []);
  await context.close();
});

test("changes of different sections merge, and a conflict says what changed", { timeout: 60_000 }, async () => {
  const { url, read, id } = await create();
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  await open(page, url);
  const share = page.getByLabel("Control", { exact: true });
  await page.locator("#variants input[id$=-name]").first().fill("Mine");
  const { variants: saved } = await read();
  const allocate = (rangeEnd) =>
    stage.api("PUT", `experiments/${id}/allocations`, { allocations: [{ variantId: saved[0].id, rangeStart: 0, rangeEnd }] });
  await allocate(999);
  await button(page, "Save variants").click();
  await toast(page, "Variants saved");
  assert.equal((await read()).variants[0].name, "Mine");
  assert.equal(await page.getByLabel("Mine", { exact: true }).inputValue(), "10");
  assert.equal(await page.getByText("Someone changed this experiment").count(), 0);

  await page.getByLabel("Mine", { exact: true }).fill("30");
  await page.keyboard.press("Tab");
  await allocate(1999);
  await button(page, "Save split").click();
  await page.getByText("Someone changed this experiment since you opened it").first().waitFor();
  await page.getByRole("listitem").filter({ hasText: "Split: control was 10 %, saved meanwhile as 20 %, yours 30 %" }).waitFor();
  await page.getByRole("link", { name: "Open history" }).first().waitFor();
  assert.equal((await read()).allocations[0].rangeEnd, 1999);
  const keep = button(page, "Reload and keep my changes");
  await keep.click();
  // Nothing is saved before the experiment has been loaded again.
  await keep.waitFor({ state: "detached" });
  await button(page, "Save split").click();
  await toast(page, "Split saved");
  assert.equal((await read()).allocations[0].rangeEnd, 2999);
  assert.equal(await share.count(), 0);
  await context.close();
});

test("an archived experiment can only be read and duplicated", { timeout: 60_000 }, async () => {
  const { url, id } = await create();
  await stage.api("PATCH", `experiments/${id}/status`, { status: "ARCHIVED" });
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  const problems = problemsOf(page);
  await open(page, url);
  await page.getByText("This experiment is archived, and can only be read.").waitFor();
  const usable = await page.locator(".parts :is(input, select, textarea, button):enabled").count();
  assert.equal(usable, 0);
  for (const name of ["Edit", "Save variants", "Add variant", "Launch", "Pause"]) {
    assert.equal(await button(page, name).count(), 0, name);
  }
  await page.getByRole("note").getByRole("button", { name: "Duplicate" }).click();
  await page.waitForURL((other) => other.href !== url && other.pathname.startsWith("/experiments/"));
  await button(page, "Launch").waitFor();
  assert.deepEqual(problems.filter((problem) => !problem.includes("/duplicate")), []);
  await context.close();
});

test("a pressed button says that publishing takes its time", { timeout: 60_000 }, async () => {
  const { url } = await create({ status: "RUNNING" });
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  await open(page, url);
  let release;
  const gate = new Promise((resolve) => {
    release = resolve;
  });
  await page.route("**/-/experiment/change", async (route) => {
    await gate;
    await route.continue();
  });
  await page.locator("#variants input[id$=-name]").first().fill("Slow");
  await button(page, "Save variants").click();
  await button(page, "Publishing…").waitFor();
  assert.equal(await button(page, "Publishing…").count(), 1);
  assert.equal(await button(page, "Pause").isDisabled(), true);
  release();
  await toast(page, "Variants saved. The change is live.");
  await button(page, "Save variants").waitFor();
  await context.close();
});

test("an experiment that was deleted meanwhile says so, and offers nothing", { timeout: 60_000 }, async () => {
  const { url, id } = await create();
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  // The page hears of the deletion by its answer alone.
  await page.route("**/api/stream", (route) => route.abort());
  await open(page, url);
  await page.locator("#variants input[id$=-name]").first().fill("Too late");
  await stage.api("DELETE", `experiments/${id}`);
  await button(page, "Save variants").click();
  await page.getByText("This experiment was deleted.").waitFor();
  assert.equal(await page.getByText("There is no experiment").count(), 0);
  for (const name of ["Launch", "Archive", "Delete experiment", "Duplicate"]) {
    assert.equal(await button(page, name).count(), 0, name);
  }
  assert.equal(await page.locator("#variants input[id$=-name]").first().inputValue(), "Too late");
  await page.getByRole("link", { name: "Go to the experiments" }).click();
  await page.getByRole("heading", { level: 1, name: "Experiments", exact: true }).waitFor();
  await context.close();
});

test("a payload that is no JSON says what is right", { timeout: 60_000 }, async () => {
  const { url } = await create();
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  await open(page, url);
  await page.getByLabel("Payload").first().fill("blue");
  const words = "Line 1: there is no value here, and texts stand in double quotes. Right is, for example, {";
  await page.getByText(words).waitFor();
  await context.close();
});

test("a split with more ranges than can be saved says so beside the button, and what to do", { timeout: 120_000 }, async () => {
  const many = Array.from({ length: 40 }, (_, at) => ({ key: `v${at}`, name: `Variant ${at}` }));
  // Two ranges for each variant: a ramp adds a third.
  const allocations = [0, 2_000].flatMap((first) =>
    many.map(({ key }, at) => ({ variant: key, rangeStart: first + at * 50, rangeEnd: first + at * 50 + 49 })),
  );
  const { url, read } = await create({ variants: many, allocations });
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  await open(page, url);
  const [foot, save] = [page.locator("#allocation .part-foot"), button(page, "Save split")];
  await button(page, "100 %").click();
  await foot.getByText(/^The split has \d{3} ranges, and at most 100 can be saved. Choose “Even split”/).waitFor();
  assert.ok(await save.isDisabled());
  await button(page, "Even split").click();
  await foot.getByText("Unsaved changes").waitFor();
  await save.click();
  await toast(page, "Split saved");
  assert.equal((await read()).allocations.length, 40);
  await context.close();
});

test("100 variants and 100 rules stay readable and usable", { timeout: 120_000 }, async () => {
  const many = Array.from({ length: 100 }, (_, at) => ({ key: `v${at}`, name: `Variant ${at}`, payload: { n: at, text: "x".repeat(200) } }));
  const allocations = many.map(({ key }, at) => ({ variant: key, rangeStart: at * 100, rangeEnd: at * 100 + 99 }));
  const targetingRules = many.map((_, at) => ({ conditions: [{ attribute: `a${at}`, operator: "eq", value: "x" }] }));
  const { url, read } = await create({ variants: many, allocations, targetingRules });
  for (const size of ["desktop", "phone"]) {
    const context = await newContext(stage.browser, { size });
    const page = await context.newPage();
    const problems = problemsOf(page);
    await open(page, url);
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    assert.ok(height < 5_000, `the page is ${height} px high`);
    assert.equal(await page.getByRole("button", { name: "and 94 more variants" }).count(), 2);
    await page.getByText("a5 is x; and 94 more alternatives").waitFor();

    // Any variant and rule can be reached and changed, with the button to save in view.
    await page.locator("#variants").getByRole("button", { name: "and 94 more variants" }).click();
    await page.locator("#variants summary").filter({ hasText: /^v50 / }).click();
    await waitForFocus(page, "#variants input[id$=-name]");
    await page.keyboard.type(`${size} `);
    const save = button(page, "Save variants");
    const { y, height: tall } = await boxOf(save);
    const visible = page.viewportSize().height;
    assert.ok(y >= 0 && y + tall <= visible, `the button is at ${y} of ${visible}`);
    await save.click();
    await toast(page, "Variants saved");
    assert.match((await read()).variants[50].name, new RegExp(size));
    await page.getByRole("button", { name: "and 94 more alternatives" }).click();
    await page.locator("#targeting summary").last().click();
    await page.getByLabel("Attribute").fill(`${size}-attribute`);
    await button(page, "Save targeting").click();
    await toast(page, "Targeting saved");
    assert.equal((await read()).targetingRules.at(-1).conditions[0].attribute, `${size}-attribute`);
    assert.deepEqual(problems, []);
    await context.close();
  }
});
