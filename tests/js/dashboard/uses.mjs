// What a person does on three pages, for tests of pages that something has touched.
import assert from "node:assert/strict";

import { openStage } from "./stage.mjs";

/** Starts a server and a browser, and returns the uses of its pages, by the name of a page, and the paths of the pages. */
export async function openUses() {
  const stage = await openStage("--demo");
  const { data } = await stage.api("GET", "experiments?page=1&pageSize=100");
  const experiment = data.find(({ name }) => name === "Checkout button colour").id;
  const paths = { experiment: `/experiments/${experiment}`, list: "/experiments", environments: "/environments", newEnvironment: "/environments/new" };
  let number = 0;
  const next = () => (number += 1);
  const environments = async () => (await stage.api("GET", "environments?page=1&pageSize=100")).data.map(({ name }) => name);

  /** What a person does on each page: a save, a search and a link, a form. Names are parts, since a translation may add to them. */
  const uses = {
    async experiment(page) {
      const count = next();
      const words = `Described for the ${count}th time`;
      await page.getByRole("button", { name: "Edit", exact: false }).first().click();
      await page.locator("#experiment-description").fill(words);
      await page.getByRole("region", { name: "Name and description" }).getByRole("button", { name: "Save" }).click();
      // A translation changes the first word.
      await page.locator(".experiment-about", { hasText: `for the ${count}th time` }).waitFor();
      assert.equal((await stage.api("GET", `experiments/${experiment}`)).description, words);
    },
    async list(page) {
      await page.getByRole("searchbox").fill("loyalty");
      await arrived(page, /q=loyalty/);
      await page.locator(".rendered a", { hasText: "button colour" }).waitFor({ state: "detached" });
      await page.locator(".rendered a", { hasText: "points in the basket" }).first().click();
      await arrived(page, /\/experiments\/[\w-]+$/);
      await page.locator("h1", { hasText: "points in the basket" }).waitFor();
    },
    async environments(page) {
      const name = `touched-${next()}`;
      await page.locator("main a[href$='/environments/new']").click();
      await page.locator("#name").fill(name);
      await page.locator("main form button[type=submit]").click();
      await page.locator("h1", { hasText: name }).waitFor();
      await page.locator("nav a[href$='/environments']").click();
      await page.locator(".rendered a", { hasText: name }).waitFor();
      assert.ok((await environments()).includes(name));
    },
  };

  /** Opens a page, and lists the documents that it loads, and its questions. */
  const opened = async (path, prepare, context) => {
    const page = await context.newPage();
    const documents = [];
    page.on("request", (request) => {
      if (request.isNavigationRequest() && request.frame() === page.mainFrame()) documents.push(request.url());
    });
    page.on("dialog", (dialog) => {
      documents.push(dialog.message());
      return dialog.dismiss();
    });
    await prepare(page);
    await page.goto(stage.address + path, { waitUntil: "commit" });
    return { page, documents };
  };

  /** Changes the HTML of pages, as proxies do. */
  const rewriting = (rewrite) => (page) =>
    page.route(
      (url) => url.origin === stage.address && !/^\/(?:-|api|assets)\//.test(url.pathname),
      async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: rewrite(await response.text()) });
      },
    );
  return { stage, paths, uses, opened, rewriting, environments, next };
}

/** Waits for a URL. Strangers' frames may never be loaded. */
export const arrived = (page, url) => page.waitForURL(url, { waitUntil: "commit" });
