// Makes the files that browsers load: `node assets.mjs DIRECTORY FILE …`. Each is named after what it holds, so
// that it may be kept for ever, and stands there compressed too. Prints how large they are.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

/** What the module and its glue may weigh as browsers download them. */
const MOST_BYTES = 350_000;

const [directory, ...files] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
const made = new Map();
for (const file of files) {
  const bytes = readFileSync(file);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  made.set(`edgewise-${hash}${extname(file)}`, bytes);
}
// What is there already stays untouched, so that nothing is embedded again without need.
const there = new Set(readdirSync(directory));
let downloaded = 0;
for (const [name, bytes] of made) {
  if (!there.has(name) || !there.has(`${name}.br`)) {
    writeFileSync(join(directory, name), bytes);
    writeFileSync(
      join(directory, `${name}.br`),
      brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 } }),
    );
  }
  const compressed = readFileSync(join(directory, `${name}.br`)).length;
  if (!name.endsWith(".css")) downloaded += compressed;
  console.error(`dashboard: ${name}: ${bytes.length} bytes, ${compressed} after brotli`);
}
for (const name of there) {
  if (!made.has(name.replace(/\.br$/, ""))) rmSync(join(directory, name));
}
console.error(`dashboard: module and glue: ${downloaded} bytes after brotli, of ${MOST_BYTES} that they may have`);
if (downloaded > MOST_BYTES) {
  console.error("dashboard: that is too much: find out what has been added");
  process.exit(1);
}
