// The tabs of a browser share one event stream, and none while all are hidden.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { until } from "../support/until.mjs";
import { newContext, open, openStage } from "./stage.mjs";

/** More tabs than a browser has connections to a server. */
const TABS = 8;

let stage;
let context;
let experiment;

before(async () => {
  stage = await openStage("--demo");
  const { data } = await stage.api("GET", "experiments?page=1&pageSize=100&status=RUNNING");
  experiment = `experiments/${data.find(({ key }) => key === "homepage-hero").id}`;
});

after(() => stage?.close());

beforeEach(async () => {
  await stage.api("PATCH", `${experiment}/status`, { status: "RUNNING" }).catch(() => {});
  context = await newContext(stage.browser);
});

afterEach(() => context.close());

/** Returns the server's count of open streams. */
async function streams() {
  const metrics = await (await fetch(`${stage.address}/metrics`)).text();
  return Number(/^edgewise_http_streams (\d+)$/m.exec(metrics)[1]);
}

const streamsAre = (count) => until(streams, (now) => now === count);

/** Opens tabs with a page. */
async function openTabs(count, path) {
  const tabs = [];
  for (let place = 0; place < count; place += 1) {
    const tab = await context.newPage();
    await open(tab, `${stage.address}/${path}`);
    tabs.push(tab);
  }
  return tabs;
}

/** Tells a page that it is hidden or visible. Without a window, all pages of a browser are visible. */
const setHidden = (tab, isHidden) =>
  tab.evaluate((isHidden) => {
    Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
    Object.defineProperty(document, "visibilityState", { value: isHidden ? "hidden" : "visible", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, isHidden);

const resume = (tab) => tab.getByRole("button", { name: "Resume", exact: true });
const pause = (tab) => tab.getByRole("button", { name: "Pause", exact: true });

test("eight tabs load, save, and see what another one changes, by one stream", { timeout: 180_000 }, async () => {
  const tabs = [];
  for (let place = 0; place < TABS; place += 1) {
    tabs.push(...(await openTabs(1, "environments/new")));
    assert.ok((await streams()) <= 1);
  }
  for (const [place, tab] of tabs.entries()) {
    await tab.getByLabel("Name").fill(`tab-${place}`);
    await tab.getByRole("button", { name: "Create environment" }).click();
    await tab.getByRole("heading", { level: 1, name: `tab-${place}` }).waitFor();
  }
  for (const tab of tabs) {
    await tab.goto(`${stage.address}/${experiment}`);
    await pause(tab).waitFor();
  }
  await streamsAre(1);
  await pause(tabs.at(-1)).click();
  for (const tab of tabs) await resume(tab).waitFor();
  assert.equal(await streams(), 1);
});

test("a hidden page hands the stream over, and asks for what it missed when it is visible again", { timeout: 120_000 }, async () => {
  const [first, second] = await openTabs(2, experiment);
  await streamsAre(1);
  await setHidden(first, true);
  await stage.api("PATCH", `${experiment}/status`, { status: "PAUSED" });
  await resume(second).waitFor();
  await pause(first).waitFor();
  await streamsAre(1);

  await setHidden(second, true);
  await streamsAre(0);
  await stage.api("PATCH", `${experiment}/status`, { status: "RUNNING" });
  await setHidden(first, false);
  await streamsAre(1);
  await setHidden(second, false);
  await pause(second).waitFor();
  // A change that no version announces.
  await setHidden(second, true);
  await stage.api("PATCH", experiment, { name: "Renamed meanwhile" });
  await setHidden(second, false);
  await second.getByRole("heading", { level: 1, name: "Renamed meanwhile" }).waitFor();
  assert.equal(await streams(), 1);
});

test("when the tab with the stream is closed, another one goes on", { timeout: 120_000 }, async () => {
  const [first, second, third] = await openTabs(3, experiment);
  await streamsAre(1);
  await first.close();
  await streamsAre(1);
  await stage.api("PATCH", `${experiment}/status`, { status: "PAUSED" });
  for (const tab of [second, third]) await resume(tab).waitFor();
});

test("all tabs say that the server cannot be reached, and that it is back", { timeout: 120_000 }, async () => {
  await context.route("**/api/stream", (route) => route.fulfill({ status: 502 }));
  const tabs = await openTabs(2, "audiences");
  const note = (tab) => tab.getByText("This page may be out of date");
  for (const tab of tabs) await note(tab).waitFor();
  await context.unroute("**/api/stream");
  for (const tab of tabs) await note(tab).waitFor({ state: "detached" });
});

for (const [surroundings, prepare] of [
  ["without locks", () => Object.defineProperty(Navigator.prototype, "locks", { value: undefined })],
  ["with locks that are refused", () => (LockManager.prototype.request = () => Promise.reject(new DOMException("", "SecurityError")))],
]) {
  test(`${surroundings}, each visible page has a stream`, { timeout: 120_000 }, async () => {
    await context.addInitScript(prepare);
    const [first, second] = await openTabs(2, experiment);
    await streamsAre(2);
    await setHidden(first, true);
    await streamsAre(1);
    await stage.api("PATCH", `${experiment}/status`, { status: "PAUSED" });
    await resume(second).waitFor();
    await setHidden(first, false);
    await resume(first).waitFor();
  });
}
