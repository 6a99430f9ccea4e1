// The dashboard works before its module has arrived, after faults of the module, and without it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { until } from "../support/until.mjs";
import { alive, newContext } from "./stage.mjs";
import { arrived, openUses } from "./uses.mjs";

let stage;
let all;

before(async () => {
  all = await openUses();
  stage = all.stage;
});

after(() => stage?.close());

/** Holds the module back. Returns the function that lets it through. */
async function holdModule(page) {
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  await page.route("**/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

test("what a person enters and presses before the page works is kept", { timeout: 120_000 }, async () => {
  const context = await newContext(stage.browser);
  let release;
  const prepare = async (page) => {
    release = await holdModule(page);
  };
  const list = await all.opened("/experiments?status=RUNNING", prepare, context);
  const search = list.page.getByRole("searchbox");
  await search.pressSequentially("button");
  await list.page.getByLabel("Status").selectOption("");
  await search.focus();
  await search.evaluate((input) => input.setSelectionRange(2, 4));
  release();
  await alive(list.page);
  assert.equal(await search.inputValue(), "button");
  const selected = await search.evaluate((input) => [document.activeElement === input, input.selectionStart, input.selectionEnd]);
  assert.deepEqual(selected, [true, 2, 4]);
  await arrived(list.page, (url) => url.searchParams.get("q") === "button" && !url.searchParams.has("status"));

  const [{ id }] = (await stage.api("GET", "environments?page=1&pageSize=100")).data;
  const wizard = await all.opened(`/experiments/new?environment=${id}`, prepare, context);
  const [title, about] = ["#name", "#description"].map((input) => wizard.page.locator(input));
  await title.fill("Named early");
  await about.pressSequentially("Described early");
  release();
  await alive(wizard.page);
  assert.equal(await about.evaluate((input) => document.activeElement === input), true);
  await about.pressSequentially(", and late");
  assert.deepEqual([await title.inputValue(), await about.inputValue()], ["Named early", "Described early, and late"]);
  await wizard.page.getByRole("button", { name: "Next" }).click();
  await wizard.page.getByRole("region", { name: "Define the variants" }).waitFor();
  await wizard.page.close({ runBeforeUnload: false });

  const { page } = await all.opened(all.paths.experiment, prepare, context);
  const edit = page.getByRole("button", { name: "Edit", exact: true }).first();
  await edit.click();
  await edit.click();
  assert.equal(await edit.getAttribute("aria-busy"), "true");
  release();
  await page.locator("#experiment-description").waitFor();

  const form = await all.opened(all.paths.newEnvironment, prepare, context);
  const name = `early-${all.next()}`;
  await form.page.locator("#name").fill(name);
  await form.page.locator("#name").press("Enter");
  assert.ok(!(await all.environments()).includes(name));
  release();
  await form.page.locator("h1", { hasText: name }).waitFor();
  assert.equal((await all.environments()).filter((other) => other === name).length, 1);
  assert.equal(form.documents.length, 1);
  await context.close();
});

test("a text in composition is not interrupted", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  let release;
  const { page } = await all.opened("/experiments", async (page) => (release = await holdModule(page)), context);
  const search = page.getByRole("searchbox");
  await search.focus();
  await page.evaluate(() => document.activeElement.dispatchEvent(new Event("compositionstart", { bubbles: true })));
  await search.evaluate((input) => (input.dataset.first = ""));
  const loaded = page.waitForEvent("requestfinished", (request) => request.url().endsWith("/api/stream") || request.url().endsWith(".wasm"));
  release();
  await loaded;
  await search.pressSequentially("green");
  assert.equal(await page.locator("input[data-first]").inputValue(), "green");
  await page.evaluate(() => document.activeElement.dispatchEvent(new Event("compositionend", { bubbles: true })));
  await alive(page);
  assert.equal(await search.inputValue(), "green");
  await context.close();
});

/** Makes the module fail `times` times, from the moment on at which `globalThis.armed` is set. */
const failing = (times, isArmed) => (page) =>
  page.addInitScript(
    `{
      let times = ${times};
      globalThis.armed = ${isArmed};
      const { createTextNode } = Document.prototype;
      Document.prototype.createTextNode = function (text) {
        if (!globalThis.armed || times <= 0) return createTextNode.call(this, text);
        times -= 1;
        throw new Error("a fault of the test");
      };
    }`,
  );

/** Lets the module fail from now on, and asks it for another page by a click that another script has made. */
const arm = (page) =>
  page.evaluate(() => {
    globalThis.armed = true;
    document.querySelector("nav a").click();
  });

test("after a fault the page is rendered anew, with what was entered", { timeout: 120_000 }, async () => {
  const context = await newContext(stage.browser);
  // While the page is rendered.
  const first = await all.opened(all.paths.environments, failing(1, true), context);
  await alive(first.page);
  await all.uses.environments(first.page);
  assert.equal(first.documents.length, 1);

  // While the page is used.
  const { page, documents } = await all.opened(all.paths.newEnvironment, failing(1, false), context);
  await alive(page);
  await page.locator("#name").fill("kept");
  await arm(page);
  await page.getByText("The page had a fault and was loaded again").waitFor();
  assert.equal(await page.locator("#name").inputValue(), "kept");
  await page.locator("nav a[href$='/environments']").click();
  await all.uses.environments(page);
  // The new instance follows the server's stream.
  const list = page.locator(".rendered");
  const before = await list.innerText();
  await stage.api("PATCH", `${all.paths.experiment.slice(1)}/status`, { status: "PAUSED" });
  await until(
    () => list.innerText(),
    (text) => text !== before,
  );
  await page.locator("nav a").first().click();
  await page.locator("h1", { hasText: "Overview" }).waitFor();
  assert.equal(documents.length, 1);
  await context.close();
});

test("after too many faults, the browser follows links and submits forms itself", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  for (const use of [
    (page) => page.locator("nav a", { hasText: "Experiments" }).click(),
    async (page) => {
      await page.locator("#name").fill("after-faults");
      await page.locator("main form button[type=submit]").click();
    },
  ]) {
    const { page, documents } = await all.opened(all.paths.newEnvironment, failing(Infinity, false), context);
    await alive(page);
    await arm(page);
    await page.locator("html[data-plain]").waitFor({ state: "attached" });
    await use(page);
    await until(() => documents.length, (count) => count > 1);
    // The next page starts as usual.
    await alive(page);
    await page.close();
  }
  assert.ok((await all.environments()).includes("after-faults"));
  await context.close();
});

test("a page without a working module is made of links and forms", { timeout: 180_000 }, async () => {
  const context = await newContext(stage.browser);
  const blocked = (ending) => (page) => page.route(`**/*.${ending}`, (route) => route.abort());
  const prepared = {
    "the module is blocked": blocked("wasm"),
    "the script is blocked": blocked("js"),
    "no script runs": all.rewriting((html) => html.replace(/ nonce="[^"]*"/g, "")),
    "the module always fails": failing(Infinity, true),
  };
  for (const [name, prepare] of Object.entries(prepared)) {
    const { page } = await all.opened(all.paths.environments, prepare, context);
    await page.locator("html[data-plain]").waitFor({ state: "attached" });
    await page.locator("nav a", { hasText: "Experiments" }).click();
    await page.locator("h1", { hasText: "Experiments" }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/experiments", name);
    // The button that needs no script is there.
    await page.getByRole("button", { name: "Search" }).waitFor();
    await page.locator("nav a", { hasText: "Environments" }).click();
    await page.locator("main a[href$='/environments/new']").click();
    const environment = `plain-${all.next()}`;
    await page.locator("#name").fill(environment);
    await page.locator("main form button[type=submit]").click();
    await page.locator("h1", { hasText: environment }).waitFor();
    assert.ok((await all.environments()).includes(environment), name);
    await page.close();
  }
  await context.close();
});

test("pages are compressed, and forbid others to change them", { timeout: 60_000 }, async () => {
  for (const path of [...Object.values(all.paths), "/nowhere"]) {
    const response = await fetch(stage.address + path, { headers: { accept: "text/html", "accept-encoding": "br" } });
    assert.equal(response.headers.get("cache-control"), "no-store, no-transform", path);
    assert.equal(response.headers.get("content-encoding"), "br", path);
    const plain = await fetch(stage.address + path, { headers: { accept: "text/html", "accept-encoding": "identity" } });
    assert.equal(plain.headers.get("cache-control"), "no-store, no-transform", path);
    assert.equal(plain.headers.get("content-encoding"), null, path);
    assert.equal(await plain.text().then((text) => text.length > 1000), true);
  }
});
