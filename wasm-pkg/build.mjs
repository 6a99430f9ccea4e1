// Builds the TypeScript sources into `dist`, which contains the WASM files and the types of all sources already, and prints the
// size of the files that browsers download. Run by `cargo xtask package`.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const tools = createRequire(new URL("../tests/js/package.json", import.meta.url));
const esbuild = tools("esbuild");
const root = new URL(".", import.meta.url).pathname;

/** The largest allowed download of browsers: the WASM file and the JavaScript code, in bytes after brotli. */
const BUDGET = 22_000;

/** The WASM files as code. */
const WASM = { "#edgewise.wasm": "./dist/edgewise.wasm", "#compile.wasm": "./dist/compile.wasm" };

/**
 * The builds, each with the module of `src/platform` and of `src/streams`. `server` is for Node, Deno, Bun and whatever else runs
 * the code of servers; `cjs` and `browser-cjs` become CommonJS below.
 */
const BUILDS = {
  browser: ["browser", "browser"],
  server: ["server", "server"],
  workerd: ["workerd", "workerd"],
  cjs: ["server", "server"],
  "browser-cjs": ["server", "browser"],
};
for (const [name, [platform, streams]] of Object.entries(BUILDS)) {
  rmSync(`${root}dist/${name}`, { recursive: true, force: true });
  await build(name, ["src/index.ts", "src/compile.ts"], {
    alias: {
      "#platform": `./src/platform/${platform}.ts`,
      "#platform-compile": `./src/platform/${platform}-compile.ts`,
      "#stream": `./src/streams/${streams}.ts`,
      ...WASM,
    },
    splitting: true,
    chunkNames: "shared-[hash]",
    plugins: [{ name: "inlined", setup: keepInlined }],
  });
  // Separate from the other modules, which must not import anything of these.
  if (platform === "browser") await build(name, ["src/inlined.ts"], { alias: WASM });
  if (platform !== "workerd") await build(name, ["src/inlined-compile.ts"], { alias: WASM });
}
for (const name of ["cjs", "browser-cjs"]) await toCommonJs(`dist/${name}`);

// The edge runtime of Next.js compiles no bytes either, and has another name for compiled modules.
rmSync(`${root}dist/edge-light`, { recursive: true, force: true });
mkdirSync(`${root}dist/edge-light`);
for (const file of files("dist/workerd", ".js")) {
  const code = readFileSync(root + file, "utf8").replace(/("\.\.\/\w+\.wasm)"/g, '$1?module"');
  writeFileSync(root + file.replace("workerd", "edge-light"), code);
}

// Only the types that the public ones need are published, for modules and for CommonJS.
const types = new Set(["index.d.ts", "compile.d.ts"]);
for (const file of types) {
  for (const [, name] of readFileSync(`${root}dist/types/${file}`, "utf8").matchAll(/from "\.\/([\w-]+)\.js"/g)) types.add(`${name}.d.ts`);
}
for (const file of readdirSync(`${root}dist/types`)) {
  if (!types.has(file)) rmSync(`${root}dist/types/${file}`, { recursive: true });
  else rewrite(`dist/types/${file}`, `dist/types/${file.replace(".d.ts", ".d.cts")}`);
}

/** Builds modules for a runtime. */
function build(runtime, entryPoints, options) {
  return esbuild.build({
    absWorkingDir: root,
    entryPoints,
    outdir: `dist/${runtime}`,
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    // workerd imports the files itself.
    ...(runtime === "workerd" ? { external: ["*.wasm"] } : { loader: { ".wasm": "binary" } }),
    logLevel: "warning",
    ...options,
  });
}

/** Converts the modules of a directory, each by itself, so that they still share what they share. */
async function toCommonJs(directory) {
  const modules = files(directory, ".js");
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: modules,
    outdir: directory,
    outExtension: { ".js": ".cjs" },
    format: "cjs",
    platform: "node",
    target: "es2022",
    // Test environments have no `import()` in CommonJS.
    supported: { "dynamic-import": false },
    logLevel: "warning",
  });
  for (const module of modules) {
    rmSync(root + module);
    const converted = module.replace(/\.js$/, ".cjs");
    rewrite(converted, converted);
  }
}

/** Leaves the imports of the inlined WASM files as they are. */
function keepInlined({ onResolve }) {
  onResolve({ filter: /^#inlined/ }, ({ path }) => ({ path: path.replace("#", "./") + ".js", external: true }));
}

/** Returns the files of a directory with this ending. */
function files(directory, ending) {
  return readdirSync(root + directory).filter((name) => name.endsWith(ending)).map((name) => `${directory}/${name}`);
}

/** Copies a file, and names the modules that the file imports as CommonJS. */
function rewrite(from, to) {
  const text = readFileSync(root + from, "utf8");
  writeFileSync(root + to, text.replace(/(["'])(\.\/[\w-]+)\.js\1/g, "$1$2.cjs$1"));
}

/** Returns the code that a page loads, with all exports, without the code that is loaded on demand. */
async function glue(entry) {
  const { outputFiles } = await esbuild.build({
    absWorkingDir: root,
    stdin: { contents: `export * from "./dist/browser/${entry}.js"`, resolveDir: root },
    external: ["./compile.js", "./inlined.js", "./inlined-compile.js"],
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
