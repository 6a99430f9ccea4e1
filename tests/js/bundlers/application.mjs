// The applications of `apps`, and what their pages show.
import assert from "node:assert/strict";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";

import { usedBy } from "../support/chromium.mjs";
import { EXPECTED } from "../support/expected.mjs";
import { unpack } from "../support/packed.mjs";
import { ROOT } from "../support/run.mjs";

const NEXT = join(ROOT, "tests/js/next");

/** The files of `tests/js/app` that the applications use. */
const FILES = ["use.mjs", "main.mjs", "page.mjs", "page-of-worker.mjs", "in-worker.mjs"];

/** Where an application keeps the modules that others have at the top. */
const SOURCES = { next: "app", sveltekit: "src", astro: "src", "react-router": "app" };

/** Copies an application into the directory that holds its installed packages, and unpacks the package there. */
export async function prepare(name, directory, tarball) {
  const own = name === "next" ? NEXT : join(ROOT, "tests/js/bundlers/apps", name);
  // The other cases of Next.js are those that are not tested in CI, and webpack builds no edge routes.
  const filter = (path) => !["node_modules", ".next", "edge"].includes(path.split("/").at(-1));
  await cp(own, directory, { recursive: true, filter });
  const sources = join(directory, SOURCES[name] ?? "");
  await mkdir(sources, { recursive: true });
  await cp(join(NEXT, "app/decide.js"), join(sources, "decide.js"));
  for (const file of FILES) await cp(join(ROOT, "tests/js/app", file), join(directory, file));
  await unpack(tarball, directory);
}

/** Opens a page that runs `page.mjs`, several times with the same cache, and checks its result. */
export async function used(browser, address, store, visits = 1) {
  await inPage(browser, async (page) => {
    for (let visit = 0; visit < visits; visit += 1) {
      assert.equal(await usedBy(page, `${address}?store=${encodeURIComponent(store)}`), EXPECTED);
    }
  });
}

/** Opens a page of a framework, several times with the same cache, and checks what the server and the page decided. */
export async function decided(browser, address, visits = 1) {
  await inPage(browser, async (page) => {
    const problems = [];
    page.on("pageerror", ({ message }) => problems.push(message));
    for (let visit = 0; visit < visits; visit += 1) {
      await page.goto(address);
      for (const place of ["on-server", "in-browser"]) {
        const shown = page.locator(`#${place}`).filter({ hasText: "green" });
        await shown.waitFor().catch(async () => {
          throw new Error(`#${place} does not show the variant (${problems.join("; ")}):\n${await page.content()}`);
        });
      }
    }
  });
}

async function inPage(browser, use) {
  const page = await browser.newPage();
  try {
    await use(page);
  } finally {
    await page.close();
  }
}
