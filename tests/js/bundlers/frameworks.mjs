// Frameworks that decide on the server and in the page.
import { rm } from "node:fs/promises";
import { join } from "node:path";

import { buildNext, startNext } from "../support/next.mjs";
import { startProgram } from "../support/program.mjs";
import { run } from "../support/run.mjs";
import { decided } from "./application.mjs";

const VITE = "node_modules/vite/bin/vite.js";
const ASTRO = "node_modules/astro/astro.js";
const REACT_ROUTER = "node_modules/@react-router/dev/bin.js";

export const TOOLS = {
  sveltekit: [
    ["development server, first visit and reload", (given) => developed(given, VITE, "dev", "--strictPort")],
    ["build, started with Node", (given) => built(given, [VITE, "build"], ["build/index.js"])],
  ],
  astro: [
    ["development server, first visit and reload", (given) => developed(given, ASTRO, "dev")],
    ["build, started with Node", (given) => built(given, [ASTRO, "build"], ["dist/server/entry.mjs"])],
  ],
  "react-router": [
    ["development server, first visit and reload", (given) => developed(given, REACT_ROUTER, "dev", "--strictPort")],
    [
      "build, started with Node",
      (given) => built(given, [REACT_ROUTER, "build"], ["node_modules/@react-router/serve/bin.js", "build/server/index.js"]),
    ],
  ],
  next: [
    ["development server, first visit and reload", (given) => next(given, 2, "dev")],
    ["development server with webpack, first visit and reload", (given) => next(given, 2, "dev", "--webpack")],
    ["build with webpack", (given) => buildNext(given.directory, "--webpack").then(() => next(given, 1, "start"))],
  ],
};

/** The variables that all frameworks of this file know. */
function variables(store, port) {
  return {
    ASTRO_TELEMETRY_DISABLED: "1",
    HOST: "127.0.0.1",
    PORT: `${port}`,
    ORIGIN: `http://127.0.0.1:${port}`,
    STORE: store,
  };
}

async function developed({ directory, store, browser }, program, ...options) {
  await rm(join(directory, "node_modules/.vite"), { recursive: true, force: true });
  const listening = (port) => [...options, "--host", "127.0.0.1", "--port", `${port}`];
  const server = await startProgram(directory, program, listening, (port) => variables(store, port));
  try {
    await decided(browser, `${server.address}/`, 2);
  } finally {
    await server.stop();
  }
}

async function built({ directory, store, browser }, build, [program, ...options]) {
  await run(directory, "env", "ASTRO_TELEMETRY_DISABLED=1", process.execPath, ...build);
  const server = await startProgram(directory, program, () => options, (port) => variables(store, port));
  try {
    await decided(browser, `${server.address}/`);
  } finally {
    await server.stop();
  }
}

async function next({ directory, store, browser }, visits, ...command) {
  const server = await startNext(directory, store, ...command);
  try {
    await decided(browser, server.address, visits);
  } finally {
    await server.stop();
  }
}
