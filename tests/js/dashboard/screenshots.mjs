// `cargo xtask screenshots`: pictures of every page with the example data, written to the given directory.
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { SIZES, look, open, openStage, pagesOf } from "./stage.mjs";

/** More has no place in a repository. */
const MOST_BYTES = 300 * 1024;
const LOOKS = [
  { size: "desk", theme: "light" },
  { size: "desk", theme: "dark" },
  { size: "phone", theme: "light" },
];

const [directory] = process.argv.slice(2);
await mkdir(directory, { recursive: true });
const stage = await openStage("--demo");
try {
  const pages = await pagesOf(stage);
  for (const { size, theme } of LOOKS) {
    const context = await look(stage.browser, { size, theme });
    const page = await context.newPage();
    for (const { name, path } of pages) {
      await open(page, stage.address + path);
      const file = join(directory, `${name}-${SIZES[size].width}-${theme}.png`);
      await page.screenshot({ path: file });
      const { size: bytes } = await stat(file);
      console.log(`${file}: ${bytes} bytes`);
      if (bytes > MOST_BYTES) throw new Error(`that is more than ${MOST_BYTES} bytes`);
    }
    await context.close();
  }
} finally {
  await stage.close();
}
