// What is saved and what is live differ after a rollback, and while publishing fails: pages say both.
import assert from "node:assert/strict";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";

import axe from "axe-core";

import { launch } from "../support/chromium.mjs";
import { startEdgewise } from "../support/servers.mjs";
import { until } from "../support/until.mjs";
import { newContext, open, problemsOf } from "./stage.mjs";

const TIMEOUT = { timeout: 120_000 };

let browser;
let data;
let server;
/** The environments so far. Each test has an environment of its own. */
let environments = 0;
let environment;

before(async () => {
  data = await mkdtemp(join(tmpdir(), "edgewise-live-"));
  server = await startEdgewise(data, "serve", "--data-dir", data);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await rm(data, { recursive: true, force: true });
});

beforeEach(async () => {
  environments += 1;
  environment = await api("POST", "environments", { name: `env-${environments}` });
});

async function api(method, path, body) {
  const response = await fetch(`${server.address}/api/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return response.json();
}

/** Creates a running experiment with two variants of the same share, in percent. Returns the experiment. */
async function running(key, share) {
  return api("POST", "experiments", {
    key,
    name: `The ${key}`,
    environmentId: environment.id,
    status: "RUNNING",
    variants: [
      { key: "on", name: "On" },
      { key: "off", name: "Off" },
    ],
    allocations: ranges(share).map(([variant, rangeStart, rangeEnd]) => ({ variant, rangeStart, rangeEnd })),
  });
}

const ranges = (share) => [
  ["on", 0, share * 100 - 1],
  ["off", share * 100, share * 200 - 1],
];

async function ramp({ id, variants }, share) {
  const allocations = ranges(share).map(([key, rangeStart, rangeEnd]) => ({
    variantId: variants.find((variant) => variant.key === key).id,
    rangeStart,
    rangeEnd,
  }));
  await api("PUT", `experiments/${id}/allocations`, { allocations });
}

const setStatus = ({ id }, status) => api("PATCH", `experiments/${id}/status`, { status });
const rollBack = (version) => api("POST", `environments/${environment.id}/versions/${version}/rollback`);
const publication = () => api("GET", `environments/${environment.id}/publication`);

/** Lets writes of snapshots fail until the result is called: a file is in the place of the environment's directory. */
async function blockSnapshots() {
  const path = join(data, "snapshots", "configs", environment.name);
  await rename(path, `${path}.away`);
  await writeFile(path, "");
  return async () => {
    await rm(path);
    await rename(`${path}.away`, path);
  };
}

/** Opens a page without scripts, and returns its text. */
async function textOf(path) {
  const context = await newContext(browser, { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(server.address + path);
  const text = await page.locator("main").innerText();
  await context.close();
  return text;
}

/** Checks that the list, the overview and the page of an experiment contain a text. */
async function everywhere({ id }, text) {
  for (const path of [`/experiments?environment=${environment.id}`, "/", `/experiments/${id}`]) {
    const content = await textOf(path);
    assert.ok(content.includes(text), `${path} does not contain “${text}”, but: ${content}`);
  }
}

/** Returns the accessibility violations that axe reports. */
async function violationsOf(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
}

test("after a rollback, pages say the saved status and what is live", TIMEOUT, async () => {
  const [ramped, paused, deleted] = [await running("ramped", 10), await running("paused", 10), await running("deleted", 10)];
  // Version 4 changes the split, version 5 pauses, version 6 deletes, version 7 starts.
  await ramp(ramped, 25);
  await ramp(paused, 25);
  await setStatus(paused, "PAUSED");
  await api("DELETE", `experiments/${deleted.id}`);
  const added = await running("added", 50);
  assert.ok(!(await textOf(`/experiments/${paused.id}`)).includes("still"), "what is saved is live");
  await rollBack(3);

  const { liveVersion } = await publication();
  await everywhere(paused, `Paused: still live in version ${liveVersion} at 10/10`);
  await everywhere(ramped, `Running: still at 10/10 in version ${liveVersion}`);
  await everywhere(added, "Running: not live yet");
  const page = await textOf(`/environments/${environment.id}`);
  for (const words of [
    `Paused: still live in version ${liveVersion} at 10/10`,
    `Running: still at 10/10 in version ${liveVersion}`,
    "Running: not live yet",
    `Deleted: still live in version ${liveVersion} at 10/10`,
  ]) {
    assert.ok(page.includes(words), `${words}: ${page}`);
  }
  assert.ok((await textOf("/")).includes("1 deleted experiment is still live"));
  await setStatus(paused, "ARCHIVED");
  await everywhere(paused, `Archived: still live in version ${liveVersion} at 10/10`);
});

test("dialogs and messages say that a change goes live once publishing resumes", TIMEOUT, async () => {
  const experiment = await running("held", 10);
  await setStatus(experiment, "PAUSED");
  await rollBack(1);
  const context = await newContext(browser);
  const page = await context.newPage();
  const problems = problemsOf(page);
  const button = (name, within = page) => within.getByRole("button", { name, exact: true });
  await open(page, `${server.address}/experiments/${experiment.id}`);
  await page.getByText("Paused: still live in version 3 at 10/10").waitFor();

  await button("Resume").click();
  const dialog = page.getByRole("dialog", { name: "Resume this experiment?" });
  await dialog.getByText("20 % of users will get a variant once publishing resumes.").waitFor();
  await dialog.getByText("is on hold: the change is saved now, and live once publishing resumes.").waitFor();
  await button("Resume", dialog).click();
  await page.getByText("Experiment resumed. Live once publishing resumes.").waitFor();
  await page.getByText("Running", { exact: true }).waitFor();

  await button("Archive").click();
  const archiving = page.getByRole("dialog", { name: "Archive this experiment?" });
  await archiving.getByText("users no longer get a variant once publishing resumes").waitFor();
  await button("Archive permanently", archiving).click();
  await page.getByText("Experiment archived. Live once publishing resumes.").waitFor();
  await page.getByText("Archived: still live in version 3 at 10/10").waitFor();
  assert.deepEqual(problems, []);
  await context.close();
});

test("waiting changes are published only after a look at them", TIMEOUT, async () => {
  const experiment = await running("first", 10);
  await running("second", 10);
  await rollBack(1);
  for (const path of [`/experiments/${experiment.id}`, `/environments/${environment.id}`]) {
    const { liveVersion } = await publication();
    const context = await newContext(browser);
    const page = await context.newPage();
    const problems = problemsOf(page);
    await open(page, server.address + path);
    await page.getByRole("button", { name: "Publish waiting changes" }).click();
    const dialog = page.getByRole("dialog", { name: "Publish all waiting changes?" });
    await dialog.getByText("second", { exact: true }).waitFor();
    assert.deepEqual(await violationsOf(page), []);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    assert.equal((await publication()).liveVersion, liveVersion, "nothing is published without a confirmation");
    await page.getByRole("button", { name: "Publish waiting changes" }).click();
    await dialog.getByText("second", { exact: true }).waitFor();
    await dialog.getByRole("button", { name: "Publish waiting changes" }).click();
    await page.getByText("Publishing resumed. The change is live.").waitFor();
    await dialog.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Publish waiting changes" }).waitFor({ state: "hidden" });
    assert.deepEqual([(await publication()).heldAt, problems], [null, []]);
    await context.close();
    await rollBack(1);
  }
});

test("after a rollback the comparison is closed, and the waiting changes leave the history in view", TIMEOUT, async () => {
  await running("first", 10);
  await running("second", 10);
  const context = await newContext(browser);
  const page = await context.newPage();
  const problems = problemsOf(page);
  await open(page, `${server.address}/environments/${environment.id}?version=1`);
  await page.getByRole("button", { name: "Roll back to version 1" }).click();
  const dialog = page.getByRole("dialog", { name: "Roll back to version 1?" });
  await dialog.getByRole("button", { name: "Roll back to version 1" }).click();
  await page.getByText("Rolled back. The change is live.").waitFor();
  await page.waitForURL((url) => url.search === "");
  await page.getByRole("link", { name: "Version 3", exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Roll back to version 1" }).count(), 0);
  assert.equal(await page.getByRole("heading", { name: /compared with|first version/ }).count(), 0);
  const waiting = page.locator("details").filter({ hasText: "Running: not live yet" });
  assert.equal(await waiting.getAttribute("open"), null, "the waiting changes are one line each");
  assert.deepEqual(problems, []);
  await context.close();
});

test("a version that cannot be written has failed, and can be tried again", TIMEOUT, async () => {
  const experiment = await running("blocked", 10);
  const unblock = await blockSnapshots();
  const context = await newContext(browser);
  const page = await context.newPage();
  await open(page, `${server.address}/experiments/${experiment.id}`);
  await page.getByRole("button", { name: "Pause", exact: true }).click();
  await page.getByText("Experiment paused. Saved, but not live yet: the snapshot store cannot").waitFor();
  await page.getByText("Paused: still live in version 1 at 10/10").waitFor();
  await page.getByRole("button", { name: "Resume", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Resume this experiment?" });
  await dialog.getByText("fails: the change is saved now, and live once publishing works again.").waitFor();
  await everywhere(experiment, "Paused: still live in version 1 at 10/10");

  const overview = await textOf("/");
  assert.ok(overview.includes("check that the snapshot directory exists") && !overview.includes("`"), overview);
  await open(page, `${server.address}/environments/${environment.id}`);
  await page.getByText("check that the snapshot directory exists").first().waitFor();
  assert.deepEqual(await violationsOf(page), []);
  await page.getByRole("button", { name: "Retry" }).click();
  await page.getByText("Not published: the snapshot store cannot").waitFor();

  await unblock();
  // The server tries again by itself, too.
  await until(publication, ({ unpublished }) => !unpublished);
  await page.getByText("Up to date").waitFor();
  assert.equal(await page.getByRole("button", { name: "Retry" }).count(), 0);
  await everywhere(experiment, "Paused");
  assert.ok(!(await textOf(`/experiments/${experiment.id}`)).includes("still live"));
  await context.close();
});

test("a ramp counts as a change in the list and in the overview", TIMEOUT, async () => {
  const [older] = [await running("older", 10), await running("newer", 10)];
  const order = async () => {
    const list = await textOf(`/experiments?environment=${environment.id}`);
    const overview = await textOf("/");
    const section = overview.slice(overview.indexOf(environment.name));
    return [list, section].map((text) => text.indexOf("The older") < text.indexOf("The newer"));
  };
  assert.deepEqual(await order(), [false, false]);
  const { updatedAt } = await api("GET", `experiments/${older.id}`);
  await ramp(older, 25);
  assert.deepEqual(await order(), [true, true]);
  assert.equal((await api("GET", `experiments/${older.id}`)).updatedAt, updatedAt);
});
