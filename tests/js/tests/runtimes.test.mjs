// The package as npm publishes it, installed into a project, in every supported runtime.
import assert from "node:assert/strict";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Miniflare } from "miniflare";

import { esbuild, vite, writePage } from "../support/bundle.mjs";
import { inChromium } from "../support/chromium.mjs";
import { EXPECTED } from "../support/expected.mjs";
import { filesIn } from "../support/files.mjs";
import { createApplication } from "../support/packed.mjs";
import { ROOT, bun, run, tool } from "../support/run.mjs";
import { serve, typeOf } from "../support/servers.mjs";
import { stored } from "../support/small_store.mjs";

let application;
let app;
let store;
let vectors;

before(async () => {
  application = await createApplication();
  app = application.directory;
  const read = async (name) => JSON.parse(await readFile(join(ROOT, "tests/vectors", `${name}.json`), "utf8"));
  vectors = { decisions: await read("decisions"), hashes: await read("hashes") };
  store = await serve(stored);
});

after(async () => {
  await store.stop();
  await application.remove();
});

const requests = () =>
  vectors.decisions.cases.flatMap((one) => one.requests).length +
  vectors.hashes.vectors.filter((vector) => vector.user_key !== "").length;

/** Checks that the WASM files in the output of a bundler are the files of the package. */
async function sameWasm(directory) {
  const names = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith(".wasm"));
  const ours = await Promise.all(
    ["edgewise", "compile"].map((name) => readFile(join(app, "node_modules/edgewise/dist", `${name}.wasm`))),
  );
  assert.equal(names.length, 2, names.join());
  for (const name of names) {
    const bytes = await readFile(join(directory, name));
    assert.ok(ours.some((wasm) => wasm.equals(bytes)), `${name} is another file`);
  }
}

test("the package works in Node, and reproduces the recorded decisions", async () => {
  assert.equal((await run(app, "node", "main.mjs", store.address)).trim(), EXPECTED);
  const check = `
    import { readFileSync } from "node:fs";
    import { Ruleset } from "edgewise";
    import { compile } from "edgewise/compile";
    import { checkVectors } from "./vectors.mjs";
    const read = (name) => JSON.parse(readFileSync(\`${ROOT}/tests/vectors/\${name}.json\`, "utf8"));
    console.log(await checkVectors({ Ruleset, compile }, read("decisions"), read("hashes")));`;
  await writeFile(join(app, "check.mjs"), check);
  assert.equal(Number(await run(app, "node", "check.mjs")), requests());
});

test("the package works in Node, in CommonJS modules", async () => {
  // As compilers convert modules: `import` becomes `require`.
  const options = ["--platform=node", "--packages=external", "--format=cjs", "--out-extension:.js=.cjs"];
  await esbuild(app, "main.mjs", "commonjs", ...options);
  // Newer versions of Node can load modules by `require`: without that.
  const printed = await run(join(app, "commonjs"), "node", "--no-experimental-require-module", "main.cjs", store.address);
  assert.equal(printed.trim(), EXPECTED);
});

test("the package works in Deno, with only the permission to use the network", async () => {
  const allowed = `--allow-net=${new URL(store.address).host}`;
  const printed = await tool(app, "deno", "run", "--quiet", "--node-modules-dir=manual", "--no-remote", allowed, "main.mjs", store.address);
  assert.equal(printed.trim(), EXPECTED);
});

test("the package works in Bun", async () => {
  const printed = await run(app, await bun(), "run", "--no-install", "main.mjs", store.address);
  assert.equal(printed.trim(), EXPECTED);
});

test("the package works in workerd, bundled by wrangler, and reproduces the recorded decisions", async () => {
  const config = '{"name":"app","main":"worker.mjs","compatibility_date":"2024-01-01"}';
  await writeFile(join(app, "wrangler.json"), config);
  await tool(app, "wrangler", "deploy", "--dry-run", "--outdir", "worker", "--config", "wrangler.json");
  await sameWasm(join(app, "worker"));
  const names = (await readdir(join(app, "worker"))).filter((name) => /\.(js|wasm)$/.test(name));
  names.sort((left, right) => Number(right.endsWith(".js")) - Number(left.endsWith(".js")));
  const modules = await Promise.all(
    names.map(async (name) => ({
      type: name.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
      path: name,
      contents: await readFile(join(app, "worker", name)),
    })),
  );
  const worker = new Miniflare({ modules, compatibilityDate: "2024-01-01", port: 0, host: "127.0.0.1" });
  try {
    const used = await worker.dispatchFetch(`http://worker/?store=${encodeURIComponent(store.address)}`);
    assert.equal(await used.text(), EXPECTED);
    const checked = await worker.dispatchFetch("http://worker/", { method: "POST", body: JSON.stringify(vectors) });
    assert.equal(Number(await checked.text()), requests());
  } finally {
    await worker.dispose();
  }
});

test("the package reproduces the recorded decisions in Chromium, and Vite emits its WASM files unchanged", async () => {
  await writePage(join(app, "index.html"), "./page-of-vectors.mjs");
  await vite(app, "vite");
  await sameWasm(join(app, "vite"));
  const files = await filesIn(join(app, "vite"));
  for (const name of ["decisions", "hashes"]) files.set(`/vectors/${name}.json`, JSON.stringify(vectors[name]));
  const server = await serve((path) => files.has(path) && { body: files.get(path), type: typeOf(path) });
  try {
    await inChromium(async (page) => {
      await page.goto(`${server.address}/index.html`);
      assert.equal(await page.evaluate(() => globalThis.checked), requests());
    });
  } finally {
    await server.stop();
  }
});
