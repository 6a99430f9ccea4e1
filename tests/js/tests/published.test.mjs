// The package as npm publishes it: the examples in its README, its types and its package.json.
import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { createApplication } from "../support/packed.mjs";
import { run, tool } from "../support/run.mjs";
import { SNAPSHOT } from "../support/small_store.mjs";

let application;
let app;

before(async () => {
  application = await createApplication();
  app = application.directory;
});

after(() => application.remove());

test("the examples in the README work", async () => {
  const readme = await readFile(join(app, "node_modules/edgewise/README.md"), "utf8");
  const examples = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);
  const whole = examples.filter((code) => !/^\/\/ (esbuild|src\/worker)/.test(code));
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

test("the README has the settings with which the package is tested in bundlers", async () => {
  const readme = await readFile(join(app, "node_modules/edgewise/README.md"), "utf8");
  const settings = [
    'worker: { format: "es" }',
    "inlineDynamicImports: true",
    'testEnvironment: "jest-fixed-jsdom"',
    "--loader:.wasm=file --external:./inlined.js --external:./inlined-compile.js",
  ];
  for (const setting of settings) assert.ok(readme.includes(setting), setting);
});

test("the types are correct for bundlers and for Node, in modules and in CommonJS, and need no other types", async () => {
  await cp(join(app, "plain.ts"), join(app, "plain.cts"));
  const shared = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--types", ""];
  for (const [module, resolution] of [["esnext", "bundler"], ["nodenext", "nodenext"]]) {
    const checks = [...shared, "--module", module, "--moduleResolution", resolution];
    await tool(app, "tsc", ...checks, "--lib", "es2022", "plain.ts", "plain.cts");
    await tool(app, "tsc", ...checks, "--lib", "es2022,dom,esnext.disposable", "use.ts", "fetching.ts");
  }
});

test("the package passes publint and attw", async () => {
  await tool(join(app, "node_modules/edgewise"), "publint", "--strict");
  const entries = ["--exclude-entrypoints", "edgewise.wasm", "compile.wasm"];
  await tool(app, "attw", application.tarball, ...entries);
  const { dependencies, peerDependencies, sideEffects } = JSON.parse(
    await readFile(join(app, "node_modules/edgewise/package.json"), "utf8"),
  );
  assert.deepEqual([dependencies, peerDependencies, sideEffects], [undefined, undefined, false]);
});
