// Debian's Chromium, driven by playwright-core.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

/** How Chromium is started, wherever it runs: also as root, and without asking anything of the network. */
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

/** A browser whose pages are opened in contexts of their own. */
export function launch() {
  return chromium.launch(OPTIONS);
}

/** Opens a page in a browser of its own. Returns what `use` comes to. */
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
