// Writes the files that browsers load: `node assets.mjs [--keep] DIRECTORY FILE …`. Each file is named after a hash of its
// content, so that browsers may cache it forever, and is written with a compressed copy. Prints the sizes. With `--keep`,
// existing files are known to be intact, and are not compressed again.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

/** The maximum number of bytes of the module and its JavaScript as browsers download them. */
const MAX_BYTES = 360_000;

const keep = process.argv[2] === "--keep";
const [directory, ...files] = process.argv.slice(keep ? 3 : 2);
mkdirSync(directory, { recursive: true });
const assets = new Map();
for (const file of files) {
  const bytes = readFileSync(file);
  if (bytes.length === 0) throw new Error(`${file} is empty: the step that writes it has failed`);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  assets.set(`edgewise-${hash}${extname(file)}`, bytes);
}
const existing = new Set(readdirSync(directory));
// Files that would not change stay untouched, so that the binary is not rebuilt needlessly.
const write = (name, bytes) => {
  const path = join(directory, name);
  if (!existing.has(name) || !readFileSync(path).equals(bytes)) writeFileSync(path, bytes);
};
let downloaded = 0;
for (const [name, bytes] of assets) {
  if (!keep || !existing.has(name) || !existing.has(`${name}.br`)) {
    write(name, bytes);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 };
    write(`${name}.br`, brotliCompressSync(bytes, { params }));
  }
  const compressed = readFileSync(join(directory, `${name}.br`)).length;
  if (!name.endsWith(".css")) downloaded += compressed;
  console.error(`dashboard: ${name}: ${bytes.length} bytes, ${compressed} after brotli`);
}
for (const name of existing) {
  if (!assets.has(name.replace(/\.br$/, ""))) rmSync(join(directory, name));
}
console.error(`dashboard: module and JavaScript: ${downloaded} bytes after brotli, of at most ${MAX_BYTES}`);
if (downloaded > MAX_BYTES) {
  console.error("dashboard: the module and its JavaScript exceed the budget: find out what was added");
  process.exit(1);
}
