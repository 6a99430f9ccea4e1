// The page of an audience: input survives, leaving asks, and a conflict says what was saved meanwhile.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { newContext, open, openStage, problemsOf } from "./stage.mjs";

let stage;
let environments;
let number = 0;

before(async () => {
  stage = await openStage();
  environments = [];
  for (const name of ["prod", "staging"]) environments.push((await stage.api("POST", "environments", { name })).id);
});

after(() => stage?.close());

/** Creates an audience, and returns its path in the API and the URL of its page. */
async function create() {
  number += 1;
  const body = { environmentId: environments[0], name: `Audience ${number}`, rules: [] };
  const { id, name } = await stage.api("POST", "audiences", body);
  return { path: `audiences/${id}`, name, url: `${stage.address}/audiences/${id}` };
}

const button = (page, name) => page.getByRole("button", { name, exact: true });
const nameOf = (page) => page.getByLabel("Name", { exact: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true });
const restored = (page) => page.getByText("were restored.");
const rule = (value) => [{ conditions: [{ attribute: "country", operator: "eq", value }] }];

test("unsaved changes of an audience survive a reload, and leaving asks first", { timeout: 120_000 }, async () => {
  const { path, url, name } = await create();
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  const problems = problemsOf(page);
  await open(page, `${stage.address}/audiences`);
  await page.getByRole("link", { name, exact: true }).click();
  await heading(page, name).waitFor();
  await nameOf(page).fill("Kept");
  await button(page, "Add a condition").click();
  await page.getByLabel("Attribute").fill("country");
  for (const leave of [
    () => page.evaluate(() => history.back()),
    () => page.getByRole("link", { name: "Overview" }).click(),
  ]) {
    const asked = page.waitForEvent("dialog");
    const left = leave();
    await (await asked).dismiss();
    await left;
    await page.waitForFunction((url) => location.href === url, url);
    assert.equal(await nameOf(page).inputValue(), "Kept");
  }

  page.on("dialog", (dialog) => dialog.accept());
  await open(page, url);
  await restored(page).waitFor();
  assert.equal(await nameOf(page).inputValue(), "Kept");
  assert.equal(await page.getByLabel("Attribute").inputValue(), "country");
  await button(page, "And: add a condition").click();
  await button(page, "Remove this condition").last().click();
  await page.getByLabel("Value").first().fill("US");
  await button(page, "Save").click();
  await heading(page, "Kept").waitFor();
  assert.deepEqual((await stage.api("GET", path)).rules, rule("US"));
  await restored(page).waitFor({ state: "detached" });

  // What is saved is not restored.
  await open(page, url);
  assert.equal(await button(page, "Save").isDisabled(), true);
  assert.equal(await restored(page).count(), 0);
  assert.deepEqual(problems, []);
  await context.close();
});

test("a new audience survives a reload, with its environment", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  page.on("dialog", (dialog) => dialog.accept());
  await open(page, `${stage.address}/audiences/new?environment=${environments[0]}`);
  const environment = page.getByLabel("Environment");
  assert.equal(await environment.inputValue(), environments[0]);
  await environment.selectOption("staging");
  await nameOf(page).fill("Begun");
  await open(page, page.url());
  await restored(page).waitFor();
  assert.deepEqual([await nameOf(page).inputValue(), await environment.inputValue()], ["Begun", environments[1]]);
  await button(page, "Create audience").click();
  await heading(page, "Begun").waitFor();
  assert.equal((await stage.api("GET", `audiences/${page.url().split("/").at(-1)}`)).environmentId, environments[1]);
  await open(page, `${stage.address}/audiences/new`);
  assert.equal(await nameOf(page).inputValue(), "");
  assert.equal(await restored(page).count(), 0);
  await context.close();
});

test("a conflict names what was, what is saved, and what is entered", { timeout: 120_000 }, async () => {
  const { path, url, name } = await create();
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  page.on("dialog", (dialog) => dialog.accept());
  const line = (words) => page.getByRole("listitem").filter({ hasText: words }).waitFor();
  await open(page, url);
  await nameOf(page).fill("Mine");
  await stage.api("PATCH", path, { name: "Theirs", rules: rule("US") });
  await button(page, "Save").click();
  await line(`Name was “${name}”, saved meanwhile as “Theirs”, yours “Mine”`);
  await line(/^Rules were everyone, saved meanwhile as country is “?US”?$/);
  assert.equal((await stage.api("GET", path)).name, "Theirs");
  // The question must be answered first.
  await button(page, "Save").click();
  await page.waitForFunction(() => document.activeElement.textContent.includes("Reload and discard my changes"));
  await button(page, "Keep my changes").click();
  await heading(page, "Theirs").waitFor();
  assert.equal(await nameOf(page).inputValue(), "Mine");

  // What is saved during a reload is a conflict, too.
  await page.goto("about:blank");
  await stage.api("PATCH", path, { name: "Theirs again" });
  await open(page, url);
  await line("Name was “Theirs”, saved meanwhile as “Theirs again”, yours “Mine”");
  await button(page, "Reload and discard my changes").click();
  await page.getByText("Someone changed this audience").waitFor({ state: "detached" });
  assert.equal(await nameOf(page).inputValue(), "Theirs again");
  assert.equal(await button(page, "Save").isDisabled(), true);
  await context.close();
});

test("without unsaved changes, a page takes in what somebody else saves", { timeout: 60_000 }, async () => {
  const { path, url } = await create();
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  await open(page, url);
  await stage.api("PATCH", path, { name: "Renamed" });
  await stage.api("POST", "experiments", { environmentId: environments[0], name: "P", key: "published", status: "RUNNING" });
  await heading(page, "Renamed").waitFor();
  assert.equal(await nameOf(page).inputValue(), "Renamed");
  assert.equal(await button(page, "Save").isDisabled(), true);
  await context.close();
});
