// Other bundlers, for browsers and for servers.
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";

import { writePage } from "../support/bundle.mjs";
import { EXPECTED } from "../support/expected.mjs";
import { filesIn, serveDirectory } from "../support/files.mjs";
import { startProgram } from "../support/program.mjs";
import { run } from "../support/run.mjs";
import { used } from "./application.mjs";

const PARCEL = "node_modules/parcel/lib/bin.js";

export const TOOLS = {
  parcel: [
    ["build for browsers", (given) => parcel(given, "page.mjs")],
    ["build for browsers, worker of a page", (given) => parcel(given, "page-of-worker.mjs")],
    ["development server, first visit and reload", parcelServer],
  ],
  rspack: [
    ["build for browsers", (given) => rspack(given, "page.mjs")],
    ["build for browsers, worker of a page", (given) => rspack(given, "page-of-worker.mjs")],
    ["build for servers", rspackForServers],
  ],
};

async function parcel(given, script) {
  const { directory } = given;
  await writePage(join(directory, "index.html"), `./${script}`);
  await rm(join(directory, "out"), { recursive: true, force: true });
  await run(directory, process.execPath, PARCEL, "build", "index.html", "--dist-dir=out", "--no-cache");
  await opened(given, "out");
}

async function parcelServer({ directory, store, browser }) {
  await writePage(join(directory, "index.html"), "./page.mjs");
  const options = ["serve", "index.html", "--host=127.0.0.1", "--no-cache", "--dist-dir=development"];
  const server = await startProgram(directory, PARCEL, (port) => [...options, `--port=${port}`]);
  try {
    await used(browser, `${server.address}/`, store, 2);
  } finally {
    await server.stop();
  }
}

async function rspack(given, script) {
  await rm(join(given.directory, "out"), { recursive: true, force: true });
  await run(given.directory, process.execPath, "build.mjs", "web", `./${script}`, "out", "page.js");
  await writePage(join(given.directory, "out/index.html"), "./page.js", "text/javascript");
  await opened(given, "out");
}

async function rspackForServers({ directory, store }) {
  await run(directory, process.execPath, "build.mjs", "node", "./main.mjs", "server", "main.cjs");
  assert.equal((await run(directory, process.execPath, "server/main.cjs", store)).trim(), EXPECTED);
}

/** Checks that the output contains the WASM files, and what its page shows. */
async function opened({ directory, store, browser }, out) {
  const names = [...(await filesIn(join(directory, out))).keys()].filter((path) => path.endsWith(".wasm"));
  assert.equal(names.length, 2, `the output has these WASM files: ${names.join()}`);
  const server = await serveDirectory(join(directory, out));
  try {
    await used(browser, `${server.address}/index.html`, store);
  } finally {
    await server.stop();
  }
}
