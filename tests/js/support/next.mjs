// Building and starting an application with Next.js.
import { rm } from "node:fs/promises";
import { join } from "node:path";

import { startProgram } from "./program.mjs";
import { run } from "./run.mjs";

const NEXT = "node_modules/next/dist/bin/next";

/** Builds an application from nothing, with options of `next build`. */
export async function buildNext(application, ...options) {
  await rm(join(application, ".next"), { recursive: true, force: true });
  await run(application, "env", "NEXT_TELEMETRY_DISABLED=1", process.execPath, NEXT, "build", ...options);
}

/**
 * Starts an application with `next start` or `next dev`. Its components read the store at the address `store`. Returns what
 * `startProgram` returns.
 */
export function startNext(application, store, command, ...options) {
  const listening = (port) => [command, ...options, "--hostname", "127.0.0.1", "--port", `${port}`];
  return startProgram(application, NEXT, listening, () => ({ NEXT_TELEMETRY_DISABLED: "1", STORE: store }));
}
