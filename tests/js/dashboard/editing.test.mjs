// Entries are neither lost nor saved unfinished, and the changes of other people are not overwritten.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { newContext, open, openStage, problemsOf } from "./stage.mjs";

let stage;
let audience;
let experiment;

before(async () => {
  stage = await openStage("--demo");
  const all = async (path) => (await stage.api("GET", `${path}?page=1&pageSize=100`)).data;
  const id = (list, name) => list.find((one) => one.name === name).id;
  audience = `${stage.address}/audiences/${id(await all("audiences"), "Employees and beta testers")}`;
  experiment = `${stage.address}/experiments/${id(await all("experiments"), "Checkout button colour")}`;
});

after(() => stage?.close());

test("without scripts, a refused form returns to its page, and the page says why", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser, { javaScriptEnabled: false });
  const page = await context.newPage();
  const refused = async (path, button, name, why) => {
    await page.goto(stage.address + path);
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByRole("button", { name: button }).click();
    await page.getByText(why).waitFor();
    assert.equal(new URL(page.url()).pathname, path);
  };
  await refused("/environments/new", "Create environment", "no name!", "Must be 1 to 63 letters");
  await refused("/environments/new", "Create environment", "prod", "There is an environment `prod` already");
  await refused("/audiences/new", "Create audience", " ", "Must not be empty");
  await refused(new URL(audience).pathname, "Save", " ", "Must not be empty");
  await context.close();
});

test("after a conflicting save, a user can keep the own changes, and save repeatedly", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  const broken = [];
  page.on("pageerror", (error) => broken.push(error.message));
  const other = await context.newPage();
  const save = async (on, name) => {
    await on.getByLabel("Name", { exact: true }).fill(name);
    await on.getByRole("button", { name: "Save" }).click();
  };
  await open(page, audience);
  await open(other, audience);
  await save(other, "Theirs");
  await other.getByRole("heading", { level: 1, name: "Theirs" }).waitFor();

  await save(page, "Mine");
  await page.getByText("Someone changed this audience since you opened it.").waitFor();
  await page.getByRole("button", { name: "Keep my changes" }).click();
  await page.getByRole("heading", { level: 1, name: "Theirs" }).waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Mine");
  for (const name of ["Mine", "Mine as well", "Employees and beta testers"]) {
    await save(page, name);
    await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  }
  assert.deepEqual(broken, []);
  await context.close();
});

test("unsaved entries are discarded only after a confirmation", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  const dialogs = [];
  for (const [url, enter] of [
    [audience, (page) => page.getByLabel("Name", { exact: true }).fill("Another name")],
    [`${stage.address}/audiences/new`, (page) => page.getByLabel("Name", { exact: true }).fill("A name")],
    [experiment, (page) => page.getByRole("button", { name: "Add variant" }).click()],
    [`${stage.address}/experiments/new`, (page) => page.getByLabel("Name", { exact: true }).first().fill("A name")],
  ]) {
    const page = await context.newPage();
    page.on("dialog", async (dialog) => {
      dialogs.push(dialog.type());
      await dialog.dismiss();
    });
    await open(page, url);
    await enter(page);
    await page.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("heading", { level: 1 }).click();
    await page.keyboard.press("g");
    await page.keyboard.press("e");
    assert.equal(page.url(), url);
    await page.close();
  }
  assert.deepEqual(dialogs, Array(8).fill("confirm"));
  await context.close();
});

test("unfinished rules are not saved", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  const problems = problemsOf(page);
  await open(page, experiment);
  await page.getByRole("button", { name: "Add a condition" }).click();
  await page.getByRole("button", { name: "Save targeting" }).click();
  await page.getByText("The attribute is missing").waitFor();
  assert.equal((await stage.api("GET", `experiments/${experiment.split("/").at(-1)}`)).targetingRules, null);
  assert.deepEqual(problems, []);
  await context.close();
});

test("a page that failed to load loads once the server is back", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  // A proxy responds in place of the server.
  await page.route("**/api/stream", (route) => route.fulfill({ status: 502 }));
  await page.route("**/-/experiment?*", (route) => route.abort());
  await open(page, `${stage.address}/experiments`);
  await page.getByText("This page may be out of date").waitFor();
  await page.getByRole("link", { name: "Checkout button colour" }).click();
  await page.getByText("The server cannot be reached: try again").waitFor();
  await page.unroute("**/-/experiment?*");
  await page.unroute("**/api/stream");
  await page.getByRole("heading", { level: 1, name: "Checkout button colour" }).waitFor();
  assert.equal(await page.getByText("cannot be reached").count(), 0);
  await context.close();
});

test("a missing resource has a page with a title", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  for (const path of ["experiments", "audiences", "environments"]) {
    assert.equal((await page.goto(`${stage.address}/${path}/none`)).status(), 404);
    assert.equal(await page.title(), "Not found · Edgewise");
    await page.getByRole("heading", { level: 1, name: "Not found" }).waitFor();
  }
  await context.close();
});

test("unused resources can be deleted without scripts", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser, { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(audience);
  await page.getByRole("button", { name: "Delete audience" }).click();
  await page.getByText("Experiments use this audience: choose another audience for these experiments first").waitFor();

  const { data } = await stage.api("GET", "experiments?page=1&pageSize=100");
  await page.goto(`${stage.address}/experiments/${data.find(({ name }) => name === "Loyalty points in the basket").id}`);
  await page.getByLabel("I understand that this cannot be undone").check();
  await page.getByRole("button", { name: "Delete experiment" }).click();
  await page.getByRole("heading", { level: 1, name: "Experiments" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Loyalty points in the basket" }).count(), 0);

  await page.goto(audience);
  await page.getByRole("button", { name: "Delete audience" }).click();
  await page.getByRole("heading", { level: 1, name: "Audiences" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Employees and beta testers" }).count(), 0);
  await context.close();
});
