// Vite: development server, builds for browsers, and builds for servers.
import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { writePage } from "../support/bundle.mjs";
import { EXPECTED } from "../support/expected.mjs";
import { serveDirectory } from "../support/files.mjs";
import { startProgram } from "../support/program.mjs";
import { run } from "../support/run.mjs";
import { used } from "./application.mjs";

const VITE = "node_modules/vite/bin/vite.js";

const CASES = [
  ["development server, first visit and reload", (given) => developed(given)],
  [
    "development server, package excluded from optimizing",
    (given) => developed(given, { config: "{ optimizeDeps: { exclude: ['edgewise'] } }" }),
  ],
  ["development server, worker of a page", (given) => developed(given, { script: "page-of-worker.mjs" })],
  ["build for browsers", (given) => built(given)],
  ["build for browsers, below a path", (given) => built(given, { below: "/below" })],
  [
    "build for browsers, worker of a page, with the setting of the README",
    (given) => built(given, { script: "page-of-worker.mjs", config: '{ worker: { format: "es" } }' }),
  ],
  ["build for servers, package installed", (given) => builtForServers(given, "{}")],
  ["build for servers, package bundled", (given) => builtForServers(given, "{ ssr: { noExternal: true } }")],
];

export const TOOLS = { "vite-5": CASES, "vite-6": CASES, "vite-7": CASES };

function configure(directory, config) {
  return writeFile(join(directory, "vite.config.mjs"), `export default ${config};`);
}

async function developed({ directory, store, browser }, { script = "page.mjs", config = "{}" } = {}) {
  await rm(join(directory, "node_modules/.vite"), { recursive: true, force: true });
  await writePage(join(directory, "index.html"), `./${script}`);
  await configure(directory, config);
  const server = await startProgram(directory, VITE, (port) => ["--host=127.0.0.1", `--port=${port}`, "--strictPort"]);
  try {
    await used(browser, `${server.address}/`, store, 2);
  } finally {
    await server.stop();
  }
}

async function built({ directory, store, browser }, { script = "page.mjs", config = "{}", below = "" } = {}) {
  await writePage(join(directory, "index.html"), `./${script}`);
  await configure(directory, config);
  await run(directory, process.execPath, VITE, "build", `--outDir=out${below}`, "--emptyOutDir", `--base=${below}/`);
  const server = await serveDirectory(join(directory, "out"));
  try {
    await used(browser, `${server.address}${below}/index.html`, store);
  } finally {
    await server.stop();
  }
}

async function builtForServers({ directory, store }, config) {
  await configure(directory, config);
  await run(directory, process.execPath, VITE, "build", "--ssr=main.mjs", "--outDir=server", "--emptyOutDir");
  assert.equal((await run(directory, process.execPath, "server/main.js", store)).trim(), EXPECTED);
}
