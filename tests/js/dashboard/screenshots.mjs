// `cargo xtask screenshots`: pictures of every page with the example data, written to the given directory.
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { SIZES, newContext, open, openStage, pagesOf } from "./stage.mjs";

/** The maximum size of a screenshot in the repository. */
const MAX_BYTES = 300 * 1024;
const VARIANTS = [
  { size: "desktop", theme: "light" },
  { size: "desktop", theme: "dark" },
  { size: "phone", theme: "light" },
];

const [directory] = process.argv.slice(2);
await mkdir(directory, { recursive: true });
const stage = await openStage("--demo");
try {
  const pages = await pagesOf(stage);
  for (const { size, theme } of VARIANTS) {
    const context = await newContext(stage.browser, { size, theme });
    const page = await context.newPage();
    for (const { name, path } of pages) {
      await open(page, stage.address + path);
      const file = join(directory, `${name}-${SIZES[size].width}-${theme}.png`);
      await page.screenshot({ path: file });
      const { size: bytes } = await stat(file);
      console.log(`${file}: ${bytes} bytes`);
      if (bytes > MAX_BYTES) throw new Error(`${file} is larger than ${MAX_BYTES} bytes`);
    }
    await context.close();
  }
} finally {
  await stage.close();
}
