// `cargo xtask screenshots`: pictures of every page with the example data, into the directory that is named.
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { look, open, openStage, pagesOf } from "./stage.mjs";

/** More has no place in a repository. */
const MOST_BYTES = 300 * 1024;
const LOOKS = [
  { look: "light", size: "desk", theme: "light" },
  { look: "dark", size: "desk", theme: "dark" },
  { look: "phone", size: "phone", theme: "light" },
];

const [directory] = process.argv.slice(2);
await mkdir(directory, { recursive: true });
const stage = await openStage("--demo");
try {
  const pages = await pagesOf(stage);
  for (const { look: name, ...how } of LOOKS) {
    const context = await look(stage.browser, how);
    const page = await context.newPage();
    for (const { name: of, path } of pages) {
      await open(page, stage.address + path);
      const file = join(directory, `${of}-${name}.png`);
      await page.screenshot({ path: file });
      const { size } = await stat(file);
      console.log(`${file}: ${size} bytes`);
      if (size > MOST_BYTES) throw new Error(`that is more than ${MOST_BYTES} bytes`);
    }
    await context.close();
  }
} finally {
  await stage.close();
}
