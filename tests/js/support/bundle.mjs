// The bundlers in `package.json`, each without configuration.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { nodeResolve } from "@rollup/plugin-node-resolve";
import { rollup } from "rollup";
import { build as viteBuild } from "vite";
import webpack from "webpack";

import { bun, run, tool } from "./run.mjs";

/** Bundles an entry of an application into a directory with esbuild's command line, which prints nothing but problems. */
export function esbuild(application, entry, out, ...options) {
  return tool(application, "esbuild", entry, "--bundle", `--outdir=${out}`, "--log-level=warning", ...options);
}

/** Bundles an entry of an application into a directory with webpack, and returns the warnings about the package. */
export async function webpackBuild(application, entry, out, options = {}) {
  const { output, ...rest } = options;
  const compiler = webpack({
    context: application,
    mode: "production",
    entry: `./${entry}`,
    output: { path: join(application, out), ...output },
    ...rest,
  });
  const stats = await new Promise((resolve, reject) => {
    compiler.run((error, result) => (error ? reject(error) : resolve(result)));
  });
  await new Promise((resolve) => compiler.close(resolve));
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
  // webpack also warns of files larger than 244 KiB.
  return warnings.filter(({ moduleName }) => moduleName !== undefined).map(({ message }) => message);
}

/** Bundles an entry of an application into a directory with Rollup, and returns its warnings. */
export async function rollupBuild(application, entry, out, { format, resolve = {}, ...output }) {
  const warnings = [];
  const bundle = await rollup({
    input: join(application, entry),
    plugins: [nodeResolve(resolve)],
    onwarn: ({ message }) => warnings.push(message),
  });
  const entryFileNames = format === "cjs" ? "[name].cjs" : "[name].js";
  await bundle.write({ dir: join(application, out), format, entryFileNames, chunkFileNames: entryFileNames, ...output });
  await bundle.close();
  return warnings;
}

/** Bundles an entry of an application into a directory with Bun. */
export async function bunBuild(application, entry, out, target) {
  await run(application, await bun(), "build", entry, `--target=${target}`, `--outdir=${out}`);
}

/** Builds an application into a directory with Vite. */
export async function vite(application, out, build, options = {}) {
  await viteBuild({
    root: application,
    configFile: false,
    logLevel: "error",
    build: { outDir: out, ...build },
    ...options,
  });
}

/** Writes a page that runs a script. */
export async function writePage(path, script, type = "module") {
  await writeFile(path, `<!doctype html><title>app</title><script type="${type}" src="${script}"></script>`);
}
