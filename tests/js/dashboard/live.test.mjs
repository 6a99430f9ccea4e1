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

test("changes of payloads, rules and audiences that are not live are said, for each experiment that they concern", TIMEOUT, async () => {
  const rules = (value) => [{ conditions: [{ attribute: "country", operator: "eq", value }] }];
  const audience = await api("POST", "audiences", { name: "Here", environmentId: environment.id, rules: rules("NL") });
  const experiments = [];
  for (const key of ["payload", "rule", "first", "second", "same"]) experiments.push(await running(key, 10));
  const [payload, rule, first, second, same] = experiments;
  for (const { id } of [first, second]) await api("PATCH", `experiments/${id}`, { audienceId: audience.id });
  for (const experiment of experiments) await everywhere(experiment, "Running");
  assert.ok(!(await textOf("/")).includes("changes not live yet"));

  await rollBack((await publication()).liveVersion);
  const { liveVersion } = await publication();
  const words = `Running: changes not live yet (version ${liveVersion} is)`;
  await api("PATCH", `experiments/${payload.id}/variants/${payload.variants[0].id}`, { payload: { colour: "green" } });
  await api("PATCH", `experiments/${rule.id}`, { targetingRules: rules("BE") });
  await api("PATCH", `experiments/${same.id}`, { name: "Another name" });
  await everywhere(payload, words);
  await everywhere(rule, words);
  for (const { id } of [first, second, same]) {
    assert.ok(!(await textOf(`/experiments/${id}`)).includes("changes not live yet"), id);
  }
  await api("PATCH", `audiences/${audience.id}`, { rules: rules("DE") });
  for (const experiment of [first, second]) await everywhere(experiment, words);
  const list = await textOf(`/experiments?environment=${environment.id}`);
  assert.equal(list.split(words).length - 1, 4, list);

  await api("POST", `environments/${environment.id}/resume`);
  for (const experiment of experiments) {
    assert.ok(!(await textOf(`/experiments/${experiment.id}`)).includes("not live yet"), experiment.key);
  }
});

test("the overview counts what runs but is not live, and what is live but stopped", TIMEOUT, async () => {
  const [, paused, archived] = [await running("kept", 10), await running("paused", 10), await running("archived", 10)];
  const section = async () => {
    const text = await textOf("/");
    const from = text.indexOf(environment.name);
    return text.slice(from, text.indexOf("Recently changed", from)).replaceAll(/\s+/g, " ").trim();
  };
  assert.match(await section(), /3 running 0 drafts 0 paused$/);
  await rollBack(3);
  await running("added", 10);
  await setStatus(paused, "PAUSED");
  for (const status of ["PAUSED", "ARCHIVED"]) await setStatus(archived, status);
  assert.match(await section(), /1 archived experiment is still live .*2 running 1 not live yet 0 drafts 1 paused 1 still live$/);
  const row = (await textOf("/environments")).replaceAll(/\s+/g, " ");
  assert.match(row, new RegExp(`${environment.name} [^.]*On hold after a rollback 2 1 not live yet 4`));
  await api("POST", `environments/${environment.id}/resume`);
  assert.match(await section(), /2 running 0 drafts 1 paused$/);
});

test("nothing says that all is up to date while a change is published", TIMEOUT, async () => {
  const experiment = await running("first", 10);
  await running("second", 10);
  const context = await newContext(browser);
  const page = await context.newPage();
  const button = (name, within = page) => within.getByRole("button", { name, exact: true });
  /** Holds the response of a click until the pages are looked at. */
  const whileIn = async (path, click, check) => {
    let release;
    const released = new Promise((resolve) => (release = resolve));
    await page.route(path, async (route) => {
      const response = await route.fetch();
      await released;
      await route.fulfill({ response });
    });
    await click();
    await check();
    release();
  };
  const publishing = async () => {
    await page.locator(".live-state", { hasText: "Publishing…" }).waitFor();
    assert.equal(await page.getByText("Up to date").count(), 0);
  };

  await open(page, `${server.address}/experiments/${experiment.id}`);
  await page.getByText("Up to date").waitFor();
  await whileIn(/\/-\/experiment\/(change|status)/, () => button("Pause").click(), publishing);
  await page.getByText("Experiment paused. The change is live.").waitFor();
  await page.getByText("Up to date").waitFor();

  await open(page, `${server.address}/environments/${environment.id}?version=1`);
  await page.getByText("Up to date").waitFor();
  await button("Roll back to version 1").click();
  const dialog = page.getByRole("dialog", { name: "Roll back to version 1?" });
  await whileIn(/\/-\/environments\/rollback/, () => button("Roll back to version 1", dialog).click(), publishing);
  await page.getByText("Rolled back. The change is live.").waitFor();
  await page.getByText("On hold after a rollback").waitFor();
  await context.close();
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
