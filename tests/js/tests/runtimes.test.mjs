// The package as npm publishes it, installed into a project, in every supported runtime.
import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Miniflare } from "miniflare";

import { inChromium } from "../support/chromium.mjs";
import { ROOT, TOOLS, run, tool } from "../support/run.mjs";
import { serve, typeOf } from "../support/servers.mjs";
import { EXPECTED } from "../support/expected.mjs";

const SNAPSHOT = JSON.stringify({
  version: 3,
  environment: "prod",
  publishedAt: "2026-01-01T00:00:00.000Z",
  experiments: [
    {
      id: "e",
      key: "button",
      salt: "s",
      targetingRules: [{ conditions: [{ attribute: "plan", operator: "eq", value: "pro" }] }],
      variants: [{ id: "v", key: "on", payload: { color: "green" } }],
      allocations: [{ variantId: "v", rangeStart: 0, rangeEnd: 9999 }],
    },
  ],
});

let app;
let store;
let vectors;

/** Returns an object of a store without rulesets. */
function stored(path) {
  if (path === "/configs/prod/version.json") return { body: '{"version":3}', type: "application/json" };
  if (path === "/configs/prod/snapshots/3.json") return { body: SNAPSHOT, type: "application/json" };
  return undefined;
}

before(async () => {
  app = await mkdtemp(join(tmpdir(), "edgewise-app-"));
  const [tarball] = (await run(ROOT, "npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", app, "./wasm-pkg"))
    .trim()
    .split("\n");
  await writeFile(join(app, "package.json"), '{"name":"app","private":true,"type":"module"}');
  await run(app, "npm", "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", `./${tarball}`);
  await cp(join(ROOT, "tests/js/app"), app, { recursive: true });
  await cp(join(ROOT, "tests/js/vectors.mjs"), join(app, "vectors.mjs"));
  const read = async (name) => JSON.parse(await readFile(join(ROOT, "tests/vectors", `${name}.json`), "utf8"));
  vectors = { decisions: await read("decisions"), hashes: await read("hashes") };
  store = await serve(stored);
});

after(async () => {
  await store.stop();
  await rm(app, { recursive: true, force: true });
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

test("the package works in Deno, with only the permission to use the network", async () => {
  const allowed = `--allow-net=${new URL(store.address).host}`;
  const printed = await tool(app, "deno", "run", "--quiet", "--node-modules-dir=manual", "--no-remote", allowed, "main.mjs", store.address);
  assert.equal(printed.trim(), EXPECTED);
});

test("the package works in Bun", async () => {
  const bun = (await readdir(`${TOOLS}/@oven`)).find((name) => name.startsWith("bun-"));
  const printed = await run(app, `${TOOLS}/@oven/${bun}/bin/bun`, "run", "--no-install", "main.mjs", store.address);
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

test("the package works in Chromium, bundled by Vite and esbuild, and reproduces the recorded decisions", async () => {
  const html = (script) => `<!doctype html><title>app</title><script type="module" src="${script}"></script>`;
  for (const page of ["page", "page-of-vectors"]) await writeFile(join(app, `${page}.html`), html(`./${page}.mjs`));
  const config = `export default { build: { outDir: "vite", rollupOptions: { input: ["page.html", "page-of-vectors.html"] } } }`;
  await writeFile(join(app, "vite.config.mjs"), config);
  await tool(app, "vite", "build", "--logLevel", "error");
  await sameWasm(join(app, "vite"));

  await mkdir(join(app, "esbuild"));
  const bundle = ["--bundle", "--splitting", "--format=esm", "--loader:.wasm=file", "--outdir=esbuild", "--log-level=error"];
  await tool(app, "esbuild", "page-with-urls.mjs", ...bundle);
  await writeFile(join(app, "esbuild/page.html"), html("./page-with-urls.js"));
  await sameWasm(join(app, "esbuild"));

  const files = new Map();
  for (const directory of ["vite", "esbuild"]) {
    const names = await readdir(join(app, directory), { recursive: true, withFileTypes: true });
    for (const file of names.filter((entry) => entry.isFile())) {
      const path = join(file.parentPath ?? file.path, file.name);
      const served = path.slice(join(app, directory).length);
      files.set(directory === "vite" ? served : `/esbuild${served}`, await readFile(path));
    }
  }
  for (const name of ["decisions", "hashes"]) files.set(`/vectors/${name}.json`, JSON.stringify(vectors[name]));
  const server = await serve((path) => (files.has(path) ? { body: files.get(path), type: typeOf(path) } : stored(path)));
  try {
    await inChromium(async (page) => {
      for (const path of ["page.html", "esbuild/page.html"]) {
        await page.goto(`${server.address}/${path}`);
        assert.equal(await page.evaluate(() => globalThis.used), EXPECTED, path);
      }
      await page.goto(`${server.address}/page-of-vectors.html`);
      assert.equal(await page.evaluate(() => globalThis.checked), requests());
    });
  } finally {
    await server.stop();
  }
});

test("the examples in the README work", async () => {
  const readme = await readFile(join(app, "node_modules/edgewise/README.md"), "utf8");
  const examples = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);
  const whole = examples.filter((code) => !code.includes("esbuild"));
  assert.equal(whole.length, 4);
  const ruleset = `
    import { compile as compiled } from "edgewise/compile";
    const bytes7 = await compiled(${JSON.stringify(SNAPSHOT.replace('"version":3', '"version":7'))});
    globalThis.localStorage = { getItem: () => null, setItem: () => undefined };
    globalThis.fetch = async (url) => {
      const path = new URL(url).pathname;
      if (path === "/configs/prod/version.json") return new Response('{"version":7}');
      if (path === "/configs/prod/rulesets/1/7.bin") return new Response(bytes7);
      if (path === "/configs/prod/snapshots/7.json") return new Response(${JSON.stringify(SNAPSHOT)});
      return new Response("", { status: 404 });
    };`;
  for (const [number, code] of whole.entries()) {
    const imports = code.match(/^import .*$/gm).join("\n");
    await writeFile(join(app, `example-${number}.mjs`), `${imports}\n${ruleset}\n${code.replace(/^import .*$/gm, "")}`);
    await run(app, "node", `example-${number}.mjs`);
  }
  assert.match(await run(app, "node", "example-0.mjs"), /^button on \{ color: 'green' \}\n/);
});

test("the types are correct for bundlers and for Node", async () => {
  const shared = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom,esnext.disposable", "--types", ""];
  for (const [module, resolution] of [["esnext", "bundler"], ["nodenext", "nodenext"]]) {
    await tool(app, "tsc", ...shared, "--module", module, "--moduleResolution", resolution, "use.ts");
  }
});

test("the package passes publint and attw", async () => {
  await tool(join(app, "node_modules/edgewise"), "publint", "--strict");
  const tarball = (await readdir(app)).find((name) => name.endsWith(".tgz"));
  const entries = ["--exclude-entrypoints", "edgewise.wasm", "compile.wasm"];
  await tool(app, "attw", tarball, "--profile", "esm-only", ...entries);
  const { dependencies, peerDependencies, sideEffects } = JSON.parse(
    await readFile(join(app, "node_modules/edgewise/package.json"), "utf8"),
  );
  assert.deepEqual([dependencies, peerDependencies, sideEffects], [undefined, undefined, false]);
});
