// Tests the npm package in the tools of `apps`, which `cargo xtask bundlers` has installed below a directory:
//
//     node tests/js/bundlers/main.mjs <directory> [<tool> …]
//
// Prints a line for each case as it ends, and a table of all cases.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { EXPECTED } from "../support/expected.mjs";
import { launch } from "../support/chromium.mjs";
import { pack } from "../support/packed.mjs";
import { serve } from "../support/servers.mjs";
import { stored } from "../support/small_store.mjs";
import { prepare } from "./application.mjs";
import * as bundlers from "./bundlers.mjs";
import * as frameworks from "./frameworks.mjs";
import * as testers from "./testers.mjs";
import * as vite from "./vite.mjs";

/** The cases of each tool: [name, test]. A test receives the application's directory, the store's address and a browser. */
const TOOLS = { ...vite.TOOLS, ...bundlers.TOOLS, ...frameworks.TOOLS, ...testers.TOOLS };

const [scratch, ...names] = process.argv.slice(2);
await mkdir(scratch, { recursive: true });
const tarball = await pack(scratch);
const store = await serve(stored);
const browser = await launch();
const rows = [];
try {
  for (const name of names.length > 0 ? names : Object.keys(TOOLS)) {
    if (TOOLS[name] === undefined) throw new Error(`no case tests ${name}: add its cases to a module of tests/js/bundlers`);
    const directory = join(scratch, name);
    await prepare(name, directory, tarball);
    for (const [described, test] of TOOLS[name]) {
      const started = performance.now();
      const result = await test({ directory, store: store.address, browser, expected: EXPECTED }).then(() => "works", (error) => error);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      rows.push([name, described, result === "works" ? "works" : "FAILS", seconds]);
      console.error(`bundlers: ${rows.at(-1).slice(0, 3).join(", ").replace(/, (\w+)$/, ": $1")}, ${seconds} s`);
      if (result !== "works") console.error(result.stack ?? result);
    }
  }
} finally {
  await browser.close();
  await store.stop();
}

console.log("\n| tool | case | result | seconds |\n|---|---|---|---:|");
for (const row of rows) console.log(`| ${row.join(" | ")} |`);
const failed = rows.filter(([, , result]) => result !== "works").length;
console.log(`\n${rows.length - failed} of ${rows.length} cases work`);
if (failed > 0) process.exitCode = 1;
