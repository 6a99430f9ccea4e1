// Bundles an entry without configuration: node build.mjs <target> <entry> <directory> <file>
import { resolve } from "node:path";

import { rspack } from "@rspack/core";

const [target, entry, directory, filename] = process.argv.slice(2);
rspack({ mode: "production", target, entry, output: { path: resolve(directory), filename } }, (error, stats) => {
  const problem = error ?? (stats.hasErrors() ? stats.toString({ all: false, errors: true }) : undefined);
  if (problem === undefined) return;
  console.error(problem);
  process.exitCode = 1;
});
