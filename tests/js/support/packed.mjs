// The package as npm publishes it, installed into an application.
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ROOT, run } from "./run.mjs";

/** Packs the package into a directory. Returns the path of the tarball. */
export async function pack(directory) {
  const printed = await run(ROOT, "npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", directory, "./wasm-pkg");
  return join(directory, printed.trim().split("\n")[0]);
}

/**
 * Unpacks a tarball into the installed packages of an application. This is what npm does with a package without
 * dependencies, but keeps the other packages.
 */
export async function unpack(tarball, application) {
  const place = join(application, "node_modules/edgewise");
  await rm(place, { recursive: true, force: true });
  await mkdir(place, { recursive: true });
  await run(application, "tar", "-xzf", tarball, "--strip-components=1", "-C", place);
}

/** Creates an application in a new directory, with the installed package and the files of `tests/js/app`. */
export async function createApplication() {
  const directory = await mkdtemp(join(tmpdir(), "edgewise-app-"));
  const tarball = await pack(directory);
  await writeFile(join(directory, "package.json"), '{"name":"app","private":true,"type":"module"}');
  await run(directory, "npm", "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", tarball);
  await cp(join(ROOT, "tests/js/app"), directory, { recursive: true });
  await cp(join(ROOT, "tests/js/vectors.mjs"), join(directory, "vectors.mjs"));
  return { directory, tarball, remove: () => rm(directory, { recursive: true, force: true }) };
}
