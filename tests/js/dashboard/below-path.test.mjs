// The dashboard below a path: a proxy serves `/flags/…` and removes `/flags` from requests.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startFront } from "../support/front.mjs";
import { newContext, open, openStage, pagesOf, problemsOf } from "./stage.mjs";

const BELOW = "/flags";

let front;
let stage;

before(async () => {
  front = await startFront(BELOW);
  stage = await openStage("--demo", "--public-url", front.address);
  front.target = stage.address;
});

after(async () => {
  await stage?.close();
  await front?.stop();
});

/** Returns the path and the query of the page within the dashboard. */
function pathOf(page) {
  const { pathname, search } = new URL(page.url());
  assert.ok(pathname.startsWith(`${BELOW}/`), `${pathname} is outside of ${BELOW}`);
  return pathname.slice(BELOW.length) + search;
}

const experiments = async () => (await stage.api("GET", "experiments?page=1&pageSize=100")).data;

test("everything that a browser requests is below the path", { timeout: 120_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  const problems = problemsOf(page);
  const requested = [];
  page.on("request", (request) => requested.push(request.url()));
  const button = (name, within = page) => within.getByRole("button", { name, exact: true });
  const link = (name, within = page) => within.getByRole("link", { name, exact: true });
  const heading = (name) => page.getByRole("heading", { level: 1, name, exact: true });
  const parts = page.getByRole("navigation", { name: "Dashboard" });
  const toast = (text) => page.getByRole("status").getByText(text).waitFor();

  // Some proxies forward the path without a slash, too.
  await open(page, front.address);
  await heading("Overview").waitFor();
  assert.equal(pathOf(page), "/");

  await link("Environments", parts).click();
  await heading("Environments").waitFor();
  assert.equal(pathOf(page), "/environments");
  assert.equal(await parts.locator("[aria-current=page]").innerText(), "Environments");
  await link("New environment").click();
  await heading("New environment").waitFor();
  assert.equal(pathOf(page), "/environments/new");
  await page.getByLabel("Name").fill("below");
  await button("Create environment").click();
  await toast("Environment below created");
  await heading("below").waitFor();

  await link("Experiments", parts).click();
  await heading("Experiments").waitFor();
  assert.equal(pathOf(page), "/experiments");
  await page.getByRole("searchbox").fill("checkout");
  await page.waitForURL(`${front.address}/experiments?q=checkout`);
  await link("Checkout button colour").click();
  await heading("Checkout button colour").waitFor();
  assert.equal(await parts.locator("[aria-current=page]").innerText(), "Experiments");
  await page.goBack();
  await heading("Experiments").waitFor();

  await page.getByRole("heading", { level: 1 }).click();
  await page.keyboard.press("c");
  await heading("New experiment").waitFor();
  await page.getByLabel("Environment").selectOption("below");
  await page.getByRole("textbox", { name: "Name" }).fill("Below a path");
  for (const step of ["Define the variants", "Split the users", "Choose the users", "Review the experiment"]) {
    await button("Next").click();
    await page.getByRole("region", { name: step }).waitFor();
  }
  await button("Create and launch").click();
  await toast("Below a path launched. The change is live.");
  await heading("Below a path").waitFor();
  const experiment = pathOf(page);
  assert.match(experiment, /^\/experiments\/[\w-]+$/);

  await button("Edit").click();
  await page.getByRole("textbox", { name: "Name", exact: true }).first().fill("Renamed");
  await button("Save").first().click();
  await heading("Renamed").waitFor();
  await open(page, front.address + experiment);
  await heading("Renamed").waitFor();

  // The event stream tells the page of a change that is made elsewhere.
  await stage.api("PATCH", `experiments/${experiment.split("/").pop()}/status`, { status: "PAUSED" });
  await button("Resume").waitFor();

  await button("Duplicate").click();
  await page.waitForURL((url) => /\/experiments\/[\w-]+$/.test(url.pathname) && !url.pathname.endsWith(experiment));
  assert.ok(pathOf(page).startsWith("/experiments/"));
  const key = await page.getByTitle("The key that code uses").innerText();
  await page.getByRole("button", { name: "Delete experiment" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete this experiment?" });
  await dialog.getByLabel("Key").fill(key);
  await button("Delete permanently", dialog).click();
  await heading("Experiments").waitFor();
  assert.equal(pathOf(page), "/experiments");

  // The server names the page of a new audience.
  await link("Audiences", parts).click();
  await link("New audience").click();
  await page.getByLabel("Environment").selectOption("below");
  await page.getByLabel("Name", { exact: true }).fill("Everybody below");
  await button("Create audience").click();
  await heading("Everybody below").waitFor();
  assert.match(pathOf(page), /^\/audiences\/[\w-]+$/);

  await page.getByRole("button", { name: "Theme" }).click();
  const cookies = await context.cookies();
  assert.deepEqual(cookies.map(({ name, path }) => [name, path]), [["theme", `${BELOW}/`]]);
  await page.keyboard.press("g");
  await page.keyboard.press("o");
  await heading("Overview").waitFor();
  assert.equal(pathOf(page), "/");

  await link("API", page.getByRole("banner")).click();
  await page.getByText(`All paths are below ${front.address}.`).waitFor();
  assert.equal(pathOf(page), "/api/docs");
  const { servers } = await (await fetch(`${front.address}/api/openapi.json`)).json();
  assert.deepEqual(servers, [{ url: front.address }]);

  // The form that duplicates an experiment is submitted by the browser, and the server redirects to the new page.
  const unexpected = problems.filter((problem) => !problem.startsWith(`302: ${front.address}/-/`));
  const outside = requested.filter((url) => !url.startsWith("data:") && url !== front.address && !url.startsWith(`${front.address}/`));
  assert.deepEqual([outside, front.outside, unexpected], [[], [], []]);
  await context.close();
});

test("all addresses in all pages are below the path, without scripts too", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser, { javaScriptEnabled: false });
  const page = await context.newPage();
  const outside = [];
  for (const { name, path, texts, status = 200 } of await pagesOf(stage)) {
    const response = await page.goto(front.address + path);
    assert.equal(response.status(), status, name);
    const content = await page.locator("main").innerText();
    for (const text of texts) assert.ok(content.includes(text), `${name} does not contain “${text}”, but: ${content}`);
    for (const [, url] of (await response.text()).matchAll(/ (?:href|src|action)="([^"]*)"/g)) {
      if (!/^(?:data:|#)/.test(url) && !url.startsWith(`${BELOW}/`)) outside.push(`${name}: ${url}`);
    }
  }
  assert.deepEqual([outside, front.outside], [[], []]);
  await context.close();
});

test("forms work without scripts", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser, { javaScriptEnabled: false });
  const page = await context.newPage();
  const click = (name) => page.getByRole("button", { name, exact: true }).click();
  await page.goto(`${front.address}/environments/new`);
  await page.getByLabel("Name").fill("no name!");
  await click("Create environment");
  await page.getByText("Must be 1 to 63 letters").waitFor();
  await page.getByLabel("Name").fill("scriptless");
  await click("Create environment");
  await page.getByRole("heading", { level: 1, name: "scriptless" }).waitFor();
  assert.match(pathOf(page), /^\/environments\/[\w-]{36}$/);

  await page.goto(`${front.address}/experiments/new`);
  await page.getByLabel("Environment").selectOption("scriptless");
  await page.getByRole("textbox", { name: "Name" }).fill("Without scripts");
  await page.locator("form").getByRole("button", { name: "Create as draft" }).click();
  await page.getByRole("heading", { level: 1, name: "Without scripts" }).waitFor();
  assert.match(pathOf(page), /^\/experiments\/[\w-]+$/);
  await page.getByLabel("I understand that archiving is permanent").check();
  await click("Archive permanently");
  await page.getByText("This experiment is archived").waitFor();
  assert.match(pathOf(page), /^\/experiments\/[\w-]+$/);
  await page.getByLabel("I understand that this cannot be undone").check();
  await click("Delete experiment");
  await page.getByRole("heading", { level: 1, name: "Experiments" }).waitFor();
  assert.equal(pathOf(page), "/experiments");
  assert.ok((await experiments()).every(({ name }) => name !== "Without scripts"));

  // Some browsers and networks remove `referer`, so that the server does not know the page of the form.
  front.rewrite = ({ referer, ...headers }) => headers;
  try {
    await page.goto(`${front.address}/environments/new`);
    await page.getByLabel("Name").fill("unreferred");
    await click("Create environment");
    await page.getByRole("heading", { level: 1, name: "unreferred" }).waitFor();
    await page.goto(`${front.address}/environments/new`);
    await page.getByLabel("Name").fill("unreferred");
    await click("Create environment");
    await page.getByText("There is an environment `unreferred` already").waitFor();
    await page.getByRole("link", { name: "Go to the overview" }).click();
    assert.equal(pathOf(page), "/");
  } finally {
    front.rewrite = (headers) => headers;
  }
  assert.deepEqual(front.outside, []);
  await context.close();
});
