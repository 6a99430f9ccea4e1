// Builds the TypeScript sources into `dist`, which contains the WASM files already, and prints the size of the files that
// browsers download. Run by `cargo xtask package`.
import { readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const tools = createRequire(new URL("../tests/js/package.json", import.meta.url));
const esbuild = tools("esbuild");
const root = new URL(".", import.meta.url).pathname;

/** The largest allowed download of browsers: the WASM file and the JavaScript code, in bytes after brotli. */
const BUDGET = 22_000;

/** The runtimes, and how each follows streams. */
const RUNTIMES = { browser: "browser", node: "node", workerd: "none", deno: "node" };

for (const [runtime, streams] of Object.entries(RUNTIMES)) {
  rmSync(`${root}dist/${runtime}`, { recursive: true, force: true });
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: ["src/index.ts", "src/compile.ts"],
    outdir: `dist/${runtime}`,
    chunkNames: "shared",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    alias: {
      "#stream": `./src/streams/${streams}.ts`,
      "#platform": `./src/platform/${runtime}.ts`,
      "#platform-compile": `./src/platform/${runtime}-compile.ts`,
    },
    external: ["*.wasm", "node:*"],
    logLevel: "warning",
  });
}

/** Returns the code that a page loads, with all exports, without the code that is loaded on demand. */
async function glue(entry) {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    stdin: { contents: `export * from "./dist/browser/${entry}.js"`, resolveDir: root },
    external: ["./compile.js"],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  return outputFiles[0].contents;
}

const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

console.log("| what browsers download | bytes | gzip | brotli |\n|---|---|---|---|");
let total = 0;
for (const [entry, wasm] of [["index", "edgewise.wasm"], ["compile", "compile.wasm"]]) {
  const parts = [[`${entry === "index" ? "edgewise" : "edgewise/compile"}, code`, await glue(entry)], [wasm, readFileSync(`${root}dist/${wasm}`)]];
  for (const [name, bytes] of parts) {
    const compressed = brotli(bytes);
    if (entry === "index") total += compressed;
    console.log(`| ${name} | ${bytes.length} | ${gzipSync(bytes, { level: 9 }).length} | ${compressed} |`);
  }
}
console.log(`\nedgewise: ${total} bytes after brotli, of at most ${BUDGET}`);
if (total > BUDGET) {
  console.error(`edgewise is larger than its budget: make the package smaller, or raise BUDGET and explain why`);
  process.exitCode = 1;
}
