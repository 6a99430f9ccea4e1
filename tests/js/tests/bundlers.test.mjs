// The package as npm publishes it, bundled without configuration. Bundles for servers run in Node, from another directory than
// they were built in, and bundles for browsers run in Chromium.
import assert from "node:assert/strict";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { createServer } from "vite";

import { bunBuild, esbuild, rollupBuild, vite, webpackBuild, writePage } from "../support/bundle.mjs";
import { launch, usedBy } from "../support/chromium.mjs";
import { EXPECTED } from "../support/expected.mjs";
import { filesIn, serveDirectory } from "../support/files.mjs";
import { createApplication } from "../support/packed.mjs";
import { run } from "../support/run.mjs";
import { serve } from "../support/servers.mjs";
import { stored } from "../support/small_store.mjs";

let app;
let store;
let browser;

before(async () => {
  app = await createApplication();
  store = await serve(stored);
  browser = await launch();
});

after(async () => {
  await browser.close();
  await store.stop();
  await app.remove();
});

const MINIFIED = ["--minify", "--splitting"];

/** Bundles for Node: name, the bundle's file, and the bundler. A bundler may return warnings: there must be none. */
const FOR_NODE = [
  ["esbuild, esm", "main.mjs", (out) => esbuild(app.directory, "main.mjs", out, ...onNode("esm"))],
  ["esbuild, cjs", "main.cjs", (out) => esbuild(app.directory, "main.mjs", out, ...onNode("cjs"))],
  ["esbuild, iife", "main.cjs", (out) => esbuild(app.directory, "main.mjs", out, ...onNode("iife"))],
  ["esbuild, esm, minified, in parts", "main.mjs", (out) => esbuild(app.directory, "main.mjs", out, ...onNode("esm"), ...MINIFIED)],
  ["esbuild, cjs, minified", "main.cjs", (out) => esbuild(app.directory, "main.mjs", out, ...onNode("cjs"), "--minify")],
  [
    "webpack, CommonJS",
    "main.cjs",
    (out) => webpackBuild(app.directory, "main.mjs", out, { target: "node", output: { filename: "main.cjs" } }),
  ],
  [
    "webpack, modules",
    "main.mjs",
    (out) =>
      webpackBuild(app.directory, "main.mjs", out, {
        target: "node",
        experiments: { outputModule: true },
        output: { filename: "main.mjs", module: true, chunkFormat: "module", library: { type: "module" } },
      }),
  ],
  ["Rollup, es", "main.js", (out) => rollupBuild(app.directory, "main.mjs", out, { format: "es" })],
  ["Rollup, cjs", "main.cjs", (out) => rollupBuild(app.directory, "main.mjs", out, { format: "cjs" })],
  [
    "Rollup, es, with Node's condition",
    "main.js",
    (out) => rollupBuild(app.directory, "main.mjs", out, { format: "es", resolve: { exportConditions: ["node"] } }),
  ],
  ["Bun", "main.js", (out) => bunBuild(app.directory, "main.mjs", out, "node")],
  [
    "Vite, for servers, with the package in the bundle",
    "main.js",
    (out) => vite(app.directory, out, { ssr: "main.mjs" }, { ssr: { noExternal: true } }),
  ],
];

function onNode(format) {
  return ["--platform=node", `--format=${format}`, `--out-extension:.js=${format === "esm" ? ".mjs" : ".cjs"}`];
}

for (const [index, [name, file, bundle]] of FOR_NODE.entries()) {
  test(`the package works in Node, bundled by ${name}`, async () => {
    const out = `node-${index}`;
    const warnings = await bundle(out);
    assert.equal(String(warnings ?? ""), "", "the bundler warns");
    // A bundle is deployed without its sources: elsewhere, and without the installed package.
    const elsewhere = join(app.directory, "..", `${app.directory.split("/").at(-1)}-deployed`);
    await rename(join(app.directory, out), elsewhere);
    try {
      await writeFile(join(elsewhere, "package.json"), '{"type":"module"}');
      assert.equal((await run(elsewhere, "node", file, store.address)).trim(), EXPECTED);
    } finally {
      await rm(elsewhere, { recursive: true, force: true });
    }
  });
}

/** Bundles for browsers: name, the type of the page's script, and the bundler, which writes `page.js`. */
const FOR_BROWSERS = [
  ["esbuild, esm", "module", (out) => esbuild(app.directory, "page.mjs", out, "--format=esm")],
  ["esbuild, esm, minified, in parts", "module", (out) => esbuild(app.directory, "page.mjs", out, "--format=esm", ...MINIFIED)],
  ["esbuild, iife", "text/javascript", (out) => esbuild(app.directory, "page.mjs", out)],
  ["esbuild, cjs", "text/javascript", (out) => esbuild(app.directory, "page.mjs", out, "--format=cjs", "--minify")],
  ["webpack", "text/javascript", (out) => webpackBuild(app.directory, "page.mjs", out, { output: { filename: "page.js" } })],
  ["Bun", "module", (out) => bunBuild(app.directory, "page.mjs", out, "browser")],
  ["Rollup", "module", (out) => rollupBuild(app.directory, "page.mjs", out, { format: "es" })],
  [
    "Rollup, iife, with the setting of the README",
    "text/javascript",
    (out) => rollupBuild(app.directory, "page.mjs", out, { format: "iife", inlineDynamicImports: true }),
  ],
  [
    "webpack, in a worker",
    "text/javascript",
    (out) => webpackBuild(app.directory, "page-of-worker.mjs", out, { output: { filename: "page.js" } }),
  ],
  [
    "Rollup, with the condition of browsers",
    "module",
    (out) => rollupBuild(app.directory, "page.mjs", out, { format: "es", resolve: { browser: true } }),
  ],
];

for (const [index, [name, type, bundle]] of FOR_BROWSERS.entries()) {
  test(`the package works in Chromium, bundled by ${name}`, async () => {
    const out = `page-${index}`;
    const warnings = await bundle(join(out, "assets"));
    assert.equal(String(warnings ?? ""), "", "the bundler warns");
    const directory = join(app.directory, out);
    await writePage(join(directory, "index.html"), "./assets/page.js", type);
    // Servers differ in the response to a file that a bundler has not copied: an error, or the page.
    for (const fallback of [undefined, "/index.html"]) await opened(directory, fallback);
  });
}

test("the package works in Chromium, bundled by esbuild with the settings of the README, without a copy of the WASM files as code", async () => {
  const directory = join(app.directory, "page-with-urls");
  const settings = ["--loader:.wasm=file", "--external:./inlined.js", "--external:./inlined-compile.js"];
  await esbuild(app.directory, "page-with-urls.mjs", join("page-with-urls", "assets"), "--format=esm", ...settings);
  const files = await filesIn(directory);
  assert.deepEqual([...files.keys()].filter((path) => path.endsWith(".wasm")).length, 2);
  assert.ok(!String(files.get("/assets/page-with-urls.js")).includes("AGFzbQEAAAA"), "the bundle contains a WASM file in base64");
  await writePage(join(directory, "index.html"), "./assets/page-with-urls.js");
  await opened(directory, undefined);
});

for (const [place, script] of [["a page", "page.mjs"], ["a worker of a page", "page-of-worker.mjs"]]) {
  test(`the package works in Chromium, bundled by Vite for ${place}`, async () => {
    await writePage(join(app.directory, "index.html"), `./${script}`);
    await vite(app.directory, "vite");
    await opened(join(app.directory, "vite"), undefined);
  });
}

test("the package works in Chromium, served by Vite's development server", async () => {
  await writePage(join(app.directory, "index.html"), "./page.mjs");
  const server = await createServer({
    root: app.directory,
    configFile: false,
    logLevel: "error",
    server: { host: "127.0.0.1", port: 0 },
  });
  try {
    await server.listen();
    // The first visit makes Vite bundle the package, and the second loads the bundle.
    for (let visit = 0; visit < 2; visit += 1) await visited(server.resolvedUrls.local[0]);
  } finally {
    await server.close();
  }
});

test("the package works in Chromium without a bundler", async () => {
  const directory = join(app.directory, "unbundled");
  await mkdir(directory);
  for (const name of ["use.mjs", "page.mjs"]) await run(app.directory, "cp", name, directory);
  await run(app.directory, "cp", "-r", "node_modules/edgewise/dist", join(directory, "edgewise"));
  const imports = { edgewise: "./edgewise/browser/index.js", "edgewise/compile": "./edgewise/browser/compile.js" };
  const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
  await writeFile(join(directory, "index.html"), `<!doctype html><title>app</title>${map}<script type="module" src="./page.mjs"></script>`);
  await opened(directory, undefined);
});

/** Serves a directory, and checks what its page shows. */
async function opened(directory, fallback) {
  const server = await serveDirectory(directory, fallback);
  try {
    await visited(`${server.address}/index.html`);
  } finally {
    await server.stop();
  }
}

/** Opens a page, and checks the result of `use.mjs`. */
async function visited(address) {
  const page = await browser.newPage();
  try {
    assert.equal(await usedBy(page, `${address}?store=${encodeURIComponent(store.address)}`), EXPECTED);
  } finally {
    await page.close();
  }
}
