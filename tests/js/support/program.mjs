// Servers of tools, as programs of their own.
import { spawn } from "node:child_process";

import { freePort } from "./servers.mjs";
import { until } from "./until.mjs";

/**
 * Starts a program with Node in a directory, and waits until the program responds. `options(port)` and `variables(port)` are the
 * program's. Returns its address, and a function to stop it, which returns what the program has printed.
 */
export async function startProgram(directory, program, options, variables = () => ({})) {
  const port = await freePort();
  const env = { ...process.env, ...variables(port) };
  const server = spawn(process.execPath, [program, ...options(port)], { cwd: directory, env, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const output of [server.stdout, server.stderr]) output.on("data", (text) => (printed += text));
  const ended = new Promise((resolve) => server.once("close", resolve));
  const stop = async () => {
    server.kill();
    await ended;
    return printed;
  };
  const address = `http://127.0.0.1:${port}`;
  const responds = async () => {
    if (server.exitCode !== null) throw new Error(`${program} exited:\n${printed}`);
    return fetch(`${address}/missing.txt`).then((response) => response.text()).then(() => true, () => false);
  };
  try {
    await until(responds, (does) => does);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, stop };
}
