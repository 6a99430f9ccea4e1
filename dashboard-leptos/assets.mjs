// Writes the files that browsers load: `node assets.mjs [--keep] DIRECTORY PARTS FILE …`. Each file is named after a hash of its
// content, so that browsers may cache it forever, and is written with a compressed copy. With `--keep`, existing files are known to be
// intact, and are not compressed again.
//
// PARTS lists the files of the module: a line for each part, of its name and its files; the main part, which every page needs, comes
// first. Prints what a first visit and each further part cost, and checks the budgets.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

/** The maximum number of bytes that a first visit downloads as module and JavaScript, by the part that the page needs. */
const MAX_FIRST_VISIT = new Map([["lists", 180_000], ["environment", 180_000], ["experiment", 200_000]]);
/** The maximum number of bytes of each file that these pages do not need. */
const MAX_FURTHER = 80_000;

const keep = process.argv[2] === "--keep";
const [directory, list, ...files] = process.argv.slice(keep ? 3 : 2);
mkdirSync(directory, { recursive: true });
const assets = new Map();
const names = new Map();
for (const file of files) {
  const bytes = readFileSync(file);
  if (bytes.length === 0) throw new Error(`${file} is empty: the step that writes it has failed`);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  const name = `edgewise-${hash}${extname(file)}`;
  assets.set(name, bytes);
  names.set(file, name);
}
const existing = new Set(readdirSync(directory));
// Files that would not change stay untouched, so that the binary is not rebuilt needlessly.
const write = (name, bytes) => {
  const path = join(directory, name);
  if (!existing.has(name) || !readFileSync(path).equals(bytes)) writeFileSync(path, bytes);
};
const sizes = new Map();
for (const [file, name] of names) {
  const bytes = assets.get(name);
  if (!keep || !existing.has(name) || !existing.has(`${name}.br`)) {
    write(name, bytes);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22 };
    write(`${name}.br`, brotliCompressSync(bytes, { params }));
  }
  const compressed = readFileSync(join(directory, `${name}.br`)).length;
  sizes.set(file, compressed);
  console.error(`dashboard: ${basename(file)}: ${bytes.length} bytes, ${compressed} after brotli`);
}
const [[main, mainFile], ...parts] = readFileSync(list, "utf8").trim().split("\n").map((line) => line.split(" "));
const text = [[main, mainFile], ...parts].map(([part, ...own]) => [part, ...own.map((file) => names.get(file))].join(" ") + "\n");
write("parts.txt", Buffer.from(text.join("")));
for (const name of existing) {
  if (name !== "parts.txt" && !assets.has(name.replace(/\.br$/, ""))) rmSync(join(directory, name));
}

const excesses = [];
const check = (what, bytes, most) => {
  console.error(`dashboard: ${what}: ${bytes} bytes after brotli${most ? `, of at most ${most}` : ""}`);
  if (bytes > most) excesses.push(what);
};
const sum = (list) => list.reduce((total, file) => total + sizes.get(file), 0);
const everyPage = [mainFile, ...files.filter((file) => extname(file) === ".js")];
const firstFiles = new Set(everyPage);
for (const [part, ...own] of parts) {
  if (MAX_FIRST_VISIT.has(part)) for (const file of own) firstFiles.add(file);
  check(`first visit of a page of the part ${part}`, sum([...everyPage, ...own]), MAX_FIRST_VISIT.get(part));
}
for (const file of files) {
  if (extname(file) === ".wasm" && !firstFiles.has(file)) check(`further file ${basename(file)}`, sizes.get(file), MAX_FURTHER);
}
for (const part of MAX_FIRST_VISIT.keys()) {
  if (!parts.some(([name]) => name === part)) excesses.push(`the part ${part}, which is missing`);
}
if (excesses.length > 0) {
  console.error(`dashboard: over budget: ${excesses.join("; ")}: find out what was added`);
  process.exit(1);
}
