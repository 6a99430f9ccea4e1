// Debian's Chromium, driven by playwright-core.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

/** The launch options of Chromium, which also work as root, and without requests to the network. */
const OPTIONS = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--js-flags=--expose-gc",
  ],
};

/** Starts a browser. Each page has its own context. */
export function launch() {
  return chromium.launch(OPTIONS);
}

/** Opens a page in a new browser, and returns the result of `use`. */
export async function inChromium(use) {
  const profile = await mkdtemp(join(tmpdir(), "edgewise-chromium-"));
  const context = await chromium.launchPersistentContext(profile, OPTIONS);
  try {
    const page = await context.newPage();
    const problems = [];
    page.on("pageerror", (error) => problems.push(error.message));
    const result = await use(page);
    if (problems.length > 0) throw new Error(`the page failed: ${problems.join("; ")}`);
    return result;
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}

/** Opens a page with an application, and returns the application's result: `globalThis.used`. */
export async function usedBy(page, address) {
  const failed = new Promise((_, reject) => page.once("pageerror", reject));
  const used = async () => {
    await page.goto(address);
    await page.waitForFunction(() => globalThis.used !== undefined);
    return page.evaluate(() => globalThis.used);
  };
  return Promise.race([used(), failed]);
}
