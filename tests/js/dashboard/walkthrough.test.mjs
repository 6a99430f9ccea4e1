// The whole walkthrough by clicking, from an empty dashboard to a deleted experiment.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { focused, newContext, open, openStage, problemsOf } from "./stage.mjs";

/** The maximum number of clicks from the list to a live, targeted experiment. */
const MAX_CLICKS = 12;

let stage;

before(async () => {
  stage = await openStage();
});

after(() => stage?.close());

/** Returns the experiments and colors that a user gets. */
async function decided(context) {
  const query = new URLSearchParams({ user_key: "user-123", env: "prod", context: JSON.stringify(context) });
  const response = await stage.api("GET", `decide?${query}`);
  return response.assignments.map(({ experiment_key, payload }) => [experiment_key, payload.color]);
}

test("an experiment is created, targeted, launched, paused, rolled back and deleted by clicking", { timeout: 120_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  const problems = problemsOf(page);
  const button = (name, within = page) => within.getByRole("button", { name, exact: true });
  const link = (name, within = page) => within.getByRole("link", { name, exact: true });
  const parts = page.getByRole("navigation", { name: "Dashboard" });
  const waitForToast = (text) => page.getByRole("status").getByText(text).waitFor();

  // Create an environment.
  await open(page, stage.address);
  await page.getByRole("heading", { name: "Welcome to Edgewise" }).waitFor();
  await link("Create an environment").last().click();
  await page.getByLabel("Name").fill("prod");
  await button("Create environment").click();
  await waitForToast("Environment prod created");

  // Create an experiment, starting at the list.
  await link("Experiments", parts).click();
  await page.getByRole("heading", { level: 1, name: "Experiments" }).waitFor();
  let clicks = 0;
  const click = (target) => {
    clicks += 1;
    return target.click();
  };
  const step = (name) => page.getByRole("region", { name });
  await click(link("New experiment").first());

  const basics = step("Name the experiment");
  await basics.getByLabel("Name").fill("Checkout button color");
  assert.equal(await basics.getByLabel("Key").inputValue(), "checkout-button-color");
  await click(button("Next"));

  const variants = step("Define the variants");
  await focused(page, "Define the variants");
  const payloads = variants.getByLabel("Payload");
  await payloads.first().fill('{"color": "#0066cc"}');
  await payloads.last().fill('{"color": "#00cc66"}');
  await click(button("Next"));

  await step("Split the users").waitFor();
  await click(button("Next"));

  const audience = step("Choose the users");
  await focused(page, "Choose the users");
  await click(button("Add a condition", audience));
  await audience.getByLabel("Attribute").fill("country");
  clicks += 1;
  await audience.getByLabel("Operator").selectOption("is one of");
  for (const country of ["US", "CA"]) {
    await audience.getByLabel("Values, each followed by Enter or a comma").fill(country);
    await page.keyboard.press("Enter");
  }
  await click(button("And: add a condition", audience));
  await audience.getByLabel("Attribute").last().fill("plan");
  await audience.getByLabel("Value", { exact: true }).fill("pro");
  await click(button("Next"));

  const review = step("Review the experiment");
  await review.getByText("country is one of US, CA and plan is pro").waitFor();
  await click(button("Create and launch"));
  await waitForToast("Checkout button color launched. The change is live.");
  assert.ok(clicks <= MAX_CLICKS, `the walkthrough took ${clicks} clicks`);
  await page.getByRole("heading", { level: 1, name: "Checkout button color" }).waitFor();
  const experiment = page.url();

  // Targeted users get a variant, other users do not.
  const pro = { country: "US", plan: "pro" };
  const [[key, color]] = await decided(pro);
  assert.equal(key, "checkout-button-color");
  assert.ok(["#0066cc", "#00cc66"].includes(color));
  assert.deepEqual(await decided({}), []);

  // Pause and resume the experiment.
  await button("Pause").click();
  await waitForToast("Experiment paused. The change is live.");
  assert.deepEqual(await decided(pro), []);
  await button("Resume").click();
  await button("Resume", page.getByRole("dialog", { name: "Resume this experiment?" })).click();
  await waitForToast("Experiment resumed. The change is live.");
  assert.deepEqual(await decided(pro), [[key, color]]);

  // Roll back to the version in which the experiment was paused, and resume publishing.
  await link("prod").first().click();
  await link("Version 2").click();
  await button("Roll back to version 2").click();
  await button("Roll back to version 2", page.getByRole("dialog", { name: "Roll back to version 2?" })).click();
  await waitForToast("Rolled back. The change is live.");
  assert.deepEqual(await decided(pro), []);
  await button("Publish waiting changes").click();
  await button("Publish waiting changes", page.getByRole("dialog", { name: "Publish all waiting changes?" })).click();
  await waitForToast("Publishing resumed. The change is live.");
  assert.deepEqual(await decided(pro), [[key, color]]);

  // Delete the experiment.
  await open(page, experiment);
  await button("Delete experiment").click();
  const dialog = page.getByRole("dialog", { name: "Delete this experiment?" });
  assert.ok(await button("Delete permanently", dialog).isDisabled());
  await dialog.getByLabel("Key").fill("checkout-button-color");
  await button("Delete permanently", dialog).click();
  await page.getByRole("heading", { level: 1, name: "Experiments" }).waitFor();
  assert.deepEqual(await decided(pro), []);
  assert.deepEqual((await stage.api("GET", "experiments")).data, []);

  assert.deepEqual(problems, []);
  await context.close();
});
