// Serving the output of bundlers.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

import { serve, typeOf } from "./servers.mjs";

/**
 * Returns all files below a directory, by their paths, which begin with a slash. Links count as the files that the links
 * name.
 */
export async function filesIn(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return new Map(await Promise.all(paths.map(async (path) => [path.slice(directory.length), await readFile(path)])));
}

/**
 * Serves a directory. With `fallback`, the server responds with that page where there is no file, as servers of
 * single-page applications do.
 */
export async function serveDirectory(directory, fallback) {
  const files = await filesIn(directory);
  return serve((path) => {
    if (files.has(path)) return { body: files.get(path), type: typeOf(path) };
    return fallback === undefined ? undefined : { body: files.get(fallback), type: "text/html" };
  });
}
