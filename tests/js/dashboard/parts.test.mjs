// Pages load the parts of the module that they need, whatever happens to the parts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { newContext, open, openStage, pagesOf, problemsOf } from "./stage.mjs";

let stage;
let paths;

before(async () => {
  stage = await openStage("--demo");
  paths = Object.fromEntries((await pagesOf(stage)).map(({ name, path }) => [name, path]));
});

after(() => stage?.close());

/** Returns the files of the module that a page names: the main part first, and then those of the part that the page needs first. */
async function filesOf(path) {
  const html = await (await fetch(stage.address + path)).text();
  return [...html.matchAll(/<link rel="preload" href="([^"]*\.wasm)"/g)].map(([, url]) => url);
}

const wasmIn = (list) => [...new Set(list)].filter((url) => url.endsWith(".wasm")).map((url) => new URL(url).pathname);

/** Opens a page in a new context. Returns the page, and the URLs that it requests. */
async function opened(path, prepare = async () => {}) {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  const requested = [];
  page.on("request", (request) => requested.push(request.url()));
  const problems = problemsOf(page);
  await prepare(page);
  await open(page, stage.address + path);
  return { context, page, requested, problems };
}

test("a first visit loads the parts of the page alone, and no file twice", { timeout: 120_000 }, async () => {
  const all = {};
  for (const name of ["overview", "experiments", "audiences", "environments", "environment", "audience", "experiments-new"]) {
    const { context, requested, problems } = await opened(paths[name]);
    const wasm = requested.filter((url) => url.endsWith(".wasm"));
    // The content security policy among them.
    assert.deepEqual(problems, []);
    assert.equal(wasm.length, new Set(wasm).size, `${name} loads a file twice`);
    assert.deepEqual(wasmIn(wasm).sort(), (await filesOf(paths[name])).sort(), name);
    all[name] = new Set(wasmIn(wasm));
    await context.close();
  }
  assert.deepEqual(all.experiments, all.overview);
  assert.ok([...all["experiments-new"]].some((file) => !all.overview.has(file)));
});

/** Holds back the files that the experiment's page displays later. Returns the function that lets them through. */
async function holdEditors(page) {
  const first = new Set(await filesOf(paths.experiment));
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  await page.route("**/*.wasm", async (route) => {
    if (!first.has(new URL(route.request().url()).pathname)) await released;
    await route.continue();
  });
  return release;
}

/** Waits until the page displays what it displays later. */
const complete = (page) => page.waitForFunction(() => !document.querySelector("[data-stand-in]"));

test("an experiment's status can be changed before its editors are there, which take over what was entered", { timeout: 120_000 }, async () => {
  let release;
  const { context, page } = await opened(paths.experiment, async (page) => (release = await holdEditors(page)));
  const button = (name) => page.getByRole("button", { name, exact: true });
  await button("Pause").click();
  await button("Resume").waitFor();

  const name = page.locator("#variants input").first();
  await name.fill("Entered early");
  await button("Add variant").click();
  const count = await page.locator("#variants .variant").count();
  assert.ok((await page.locator("[data-stand-in]").count()) > 0);
  release();
  await complete(page);
  await page.locator("#variants .part-state", { hasText: "Unsaved changes" }).waitFor();
  assert.equal(await name.inputValue(), "Entered early");
  await page.waitForFunction((count) => document.querySelectorAll("#variants .variant").length === count + 1, count);

  await page.getByRole("button", { name: "Resume", exact: true }).click();
  await page.locator("dialog[open]").getByRole("button", { name: "Resume", exact: true }).click();
  await button("Pause").waitFor();
  await context.close();
});

test("nothing moves when the editors come", { timeout: 60_000 }, async () => {
  let release;
  const { context, page } = await opened(paths.experiment, async (page) => (release = await holdEditors(page)));
  const places = () =>
    page.evaluate(() => {
      const all = [...document.querySelectorAll("h1, h2, h3, .card, .parts input, .parts select")];
      return all.map((one) => [one.localName, one.id, one.getBoundingClientRect().top + scrollY]);
    });
  const before = await places();
  release();
  await complete(page);
  assert.deepEqual(await places(), before);
  await context.close();
});

test("the files of a page are there before somebody follows a link to it", { timeout: 60_000 }, async () => {
  const { context, page, requested } = await opened("/");
  const link = page.locator("a.button.primary", { hasText: "New experiment" });
  const files = (await filesOf("/experiments/new")).filter((file) => !wasmIn(requested).includes(file));
  assert.ok(files.length > 0);
  const arrived = Promise.all(files.map((file) => page.waitForResponse((response) => response.url().endsWith(file))));
  await link.hover();
  await arrived;
  assert.equal(new URL(page.url()).pathname, "/");
  const documents = [];
  page.on("request", (request) => request.isNavigationRequest() && documents.push(request.url()));
  await link.click();
  await page.getByRole("heading", { level: 1, name: "New experiment" }).waitFor();
  assert.deepEqual(documents, []);
  await context.close();
});

test("a part that another version of the server no longer has leads to a new document", { timeout: 60_000 }, async () => {
  const { context, page } = await opened("/");
  const gone = await filesOf("/experiments/new");
  const loaded = new Set(await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname)));
  let isGone = true;
  await page.route("**/*.wasm", (route) => {
    const file = new URL(route.request().url()).pathname;
    return isGone && gone.includes(file) && !loaded.has(file) ? route.fulfill({ status: 404, body: "" }) : route.continue();
  });
  const document = page.waitForRequest((request) => request.isNavigationRequest());
  await page.locator("a.button.primary", { hasText: "New experiment" }).click();
  assert.equal(new URL((await document).url()).pathname, "/experiments/new");
  // The new document asks for other files.
  isGone = false;
  await page.getByRole("heading", { level: 1, name: "New experiment" }).waitFor();
  await context.close();
});

test("without a part that it needs, a page is made of links and forms", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  const [module] = await filesOf("/experiments");
  await page.route("**/*.wasm", (route) => (route.request().url().endsWith(module) ? route.continue() : route.fulfill({ status: 404, body: "" })));
  await page.goto(`${stage.address}/experiments`);
  await page.locator("html[data-plain]").waitFor({ state: "attached" });
  await page.locator(".rendered a", { hasText: "Checkout button colour" }).click();
  await page.getByRole("heading", { level: 1, name: "Checkout button colour" }).waitFor();
  await context.close();
});

test("a part is asked for again after a failure of the network", { timeout: 60_000 }, async () => {
  const failed = new Set();
  const { context, page } = await opened(paths.experiment, (page) =>
    page.route("**/*.wasm", (route) => {
      const url = route.request().url();
      if (failed.has(url)) return route.continue();
      failed.add(url);
      return route.abort("connectionreset");
    }),
  );
  await complete(page);
  await page.getByRole("region", { name: "Variants" }).getByRole("button", { name: "Add variant" }).click();
  await page.locator("#variants .part-state", { hasText: "Unsaved changes" }).waitFor();
  await context.close();
});

test("a page without its editors says so, and its status can be changed", { timeout: 60_000 }, async () => {
  const first = new Set(await filesOf(paths.experiment));
  const { context, page } = await opened(paths.experiment, (page) =>
    page.route("**/*.wasm", (route) =>
      first.has(new URL(route.request().url()).pathname) ? route.continue() : route.fulfill({ status: 404, body: "" }),
    ),
  );
  await page.getByText("A part of this page could not be loaded").waitFor();
  assert.equal(await page.getByText("A part of this page could not be loaded").count(), 1);
  await page.getByRole("region", { name: "Variants" }).waitFor();
  await page.getByRole("button", { name: /^(Pause|Resume)$/ }).waitFor();
  await context.close();
});

test("an instance that replaces another one has the parts", { timeout: 60_000 }, async () => {
  const { context, page, requested } = await opened(paths.experiment, (page) =>
    page.addInitScript(`{
      const { createTextNode } = Document.prototype;
      Document.prototype.createTextNode = function (text) {
        if (!globalThis.armed) return createTextNode.call(this, text);
        globalThis.armed = false;
        throw new Error("a fault of the test");
      };
    }`),
  );
  await complete(page);
  const wasm = () => requested.filter((url) => url.endsWith(".wasm"));
  const before = wasm();
  const name = page.locator("#variants input").first();
  await name.fill("Entered before the fault");
  // Adding a variant renders texts.
  await page.evaluate(() => (globalThis.armed = true));
  await page.getByRole("button", { name: "Add variant" }).click();
  await page.getByText("The page had a fault and was loaded again").waitFor();
  await complete(page);
  assert.equal(await name.inputValue(), "Entered before the fault");
  const count = await page.locator("#variants .variant").count();
  await page.getByRole("button", { name: "Add variant" }).click();
  await page.waitForFunction((count) => document.querySelectorAll("#variants .variant").length === count + 1, count);
  assert.deepEqual(wasm(), before);
  await context.close();
});
