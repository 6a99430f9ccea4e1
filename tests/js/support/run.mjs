// Running programs, including the installed tools.
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const TOOLS = fileURLToPath(new URL("../node_modules", import.meta.url));
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

const execute = promisify(execFile);

/** Runs a program in a directory, and returns its output. If the program fails, the error contains its output. */
export async function run(directory, program, ...arguments_) {
  try {
    const { stdout } = await execute(program, arguments_, { cwd: directory, maxBuffer: 2 ** 26 });
    return stdout;
  } catch (error) {
    throw new Error(`${program} ${arguments_.join(" ")} failed:\n${error.stdout}\n${error.stderr}`);
  }
}

/** Runs an installed tool. */
export function tool(directory, name, ...arguments_) {
  return run(directory, `${TOOLS}/.bin/${name}`, ...arguments_);
}

/** Returns the path of Bun, which its package installs for this machine. */
export async function bun() {
  const name = (await readdir(`${TOOLS}/@oven`)).find((found) => found.startsWith("bun-"));
  return `${TOOLS}/@oven/${name}/bin/bun`;
}
