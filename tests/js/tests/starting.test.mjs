// How a client starts in a page whose server, network, policy or frames are in its way. The page loads the package's modules for
// browsers as they are, without a bundler.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { compile } from "../../../wasm-pkg/dist/server/compile.js";
import { launch } from "../support/chromium.mjs";
import { ROOT } from "../support/run.mjs";
import { stopServer, typeOf } from "../support/servers.mjs";

const VARIANT = { id: "v", key: "on", payload: null };
const SNAPSHOT = JSON.stringify({
  version: 3,
  environment: "prod",
  publishedAt: "2026-01-01T00:00:00.000Z",
  experiments: [
    {
      id: "e",
      key: "button",
      salt: "s",
      targetingRules: [{ conditions: [{ attribute: "age", operator: "eq", value: 7 }] }],
      variants: [VARIANT],
      allocations: [{ variantId: "v", rangeStart: 0, rangeEnd: 9999 }],
    },
  ],
});

let browser;
let server;

before(async () => {
  browser = await launch();
  server = await startServer();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/**
 * A server of the package, of a store, and of an empty page. `answers` has responses to the next requests for paths that end
 * like the key: {status, type, body}.
 */
async function startServer() {
  const ruleset = await compile(SNAPSHOT);
  const state = { answers: new Map(), policy: undefined, hasRulesets: true };
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url, "http://localhost");
    const ending = [...state.answers.keys()].find((ending) => pathname.endsWith(ending));
    const answer = ending === undefined ? await found(pathname) : state.answers.get(ending).shift();
    if (ending !== undefined && state.answers.get(ending).length === 0) state.answers.delete(ending);
    const { status = 200, type = typeOf(pathname), body = "" } = answer ?? { status: 404 };
    const policy = state.policy === undefined ? {} : { "content-security-policy": state.policy };
    response.writeHead(status, { "content-type": type, ...policy }).end(body);
  });
  const found = async (path) => {
    if (path === "/") return { type: "text/html", body: "<!doctype html><title>page</title>" };
    if (path === "/configs/prod/version.json") return { body: '{"version":3}' };
    if (path === "/configs/prod/rulesets/1/3.bin") return state.hasRulesets ? { body: ruleset } : undefined;
    if (path === "/configs/prod/snapshots/3.json") return { body: SNAPSHOT };
    if (!path.startsWith("/dist/")) return undefined;
    return readFile(join(ROOT, "wasm-pkg", path)).then((body) => ({ body }), () => undefined);
  };
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(state, {
    address: `http://127.0.0.1:${server.address().port}`,
    stop: () => stopServer(server),
  });
}

/** Calls `use` with a new page, and resets the server. */
async function inPage(use) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(server.address);
    return await use(page);
  } finally {
    await context.close();
    Object.assign(server, { answers: new Map(), policy: undefined, hasRulesets: true });
  }
}

/** Starts a client in the page. Returns the error of `ready`, the reported errors, and how many assignments the client decides once a ruleset is loaded. */
function started(page) {
  return page.evaluate(async () => {
    const { createClient } = await import("/dist/browser/index.js");
    const errors = [];
    const client = createClient({
      configUrl: location.origin,
      environment: "prod",
      pollingInterval: 1,
      onError: ({ code, message }) => errors.push({ code, message }),
    });
    const loaded = new Promise((resolve) => client.onUpdate(resolve));
    const refused = await client.ready.then(() => undefined, ({ code, message }) => ({ code, message }));
    await loaded;
    const { length } = client.decide("u", { age: 7 });
    client.close();
    return { refused, errors, length };
  });
}

for (const [what, ending, hasRulesets, pattern] of [
  ["the engine", "/edgewise.wasm", true, /engine.*edgewise\.wasm.*503/],
  ["the compiler", "/compile.wasm", false, /compiler.*compile\.wasm.*503/],
  ["the pointer", "/version.json", true, /version\.json.*503/],
  ["the ruleset", "/3.bin", true, /3\.bin.*503/],
]) {
  test(`a failure to load ${what} is reported, and tried again`, { timeout: 60_000 }, async () => {
    await inPage(async (page) => {
      server.hasRulesets = hasRulesets;
      server.answers.set(ending, [{ status: 503 }]);
      const { refused, errors, length } = await started(page);
      assert.match(refused.message, pattern);
      assert.deepEqual(errors, [refused]);
      assert.equal(length, 1);
    });
  });
}

const missing = { status: 404 };
const page = { type: "text/html", body: "<!doctype html><title>not found</title>" };
for (const [what, ...answers] of [
  ["is missing", missing],
  ["is a web page, as for all unknown paths of a single-page application", page],
  ["is refused, as by a bucket without the file", { status: 403 }],
  ["is cut off", { body: Buffer.from([0, 0x61, 0x73, 0x6d]) }],
]) {
  test(`if a WASM file ${what}, the page loads a copy that is code`, { timeout: 60_000 }, async () => {
    for (const hasRulesets of [true, false]) {
      await inPage(async (page) => {
        server.hasRulesets = hasRulesets;
        for (const ending of ["/edgewise.wasm", "/compile.wasm"]) server.answers.set(ending, [...answers]);
        const { refused, errors, length } = await started(page);
        assert.deepEqual([refused, errors, length], [undefined, [], 1]);
      });
    }
  });
}

test("if neither a WASM file nor its copy can be loaded, the error names the file", { timeout: 60_000 }, async () => {
  await inPage(async (page) => {
    server.answers.set("/edgewise.wasm", [missing]).set("/inlined.js", [missing]);
    const { refused, length } = await started(page);
    assert.equal(refused.code, "not-initialized");
    assert.match(refused.message, /dist\/edgewise\.wasm`: status 404; its copy: .*inlined\.js.*`initialize`/);
    assert.equal(length, 1);
  });
});

test("a policy that forbids WebAssembly is named", { timeout: 60_000 }, async () => {
  server.policy = "script-src 'self'";
  await inPage(async (page) => {
    const message = await page.evaluate(async () => {
      const { createClient } = await import("/dist/browser/index.js");
      const client = createClient({ configUrl: location.origin, environment: "prod", pollingInterval: 0, onError: () => undefined });
      return client.ready.then(() => "ready", ({ code, message }) => `${code}: ${message}`);
    });
    assert.match(message, /^not-initialized: .*Content-Security-Policy.*'wasm-unsafe-eval'/);
  });
  server.policy = "script-src 'self' 'wasm-unsafe-eval'";
  await inPage(async (page) => {
    const { refused, length } = await started(page);
    assert.deepEqual([refused, length], [undefined, 1]);
  });
});

test("bytes, addresses and wrapped values of a frame count as those of the page", { timeout: 60_000 }, async () => {
  await inPage(async (page) => {
    const decided = await page.evaluate(async (json) => {
      const { Ruleset, createClient, initialize } = await import("/dist/browser/index.js");
      const { compile } = await import("/dist/browser/compile.js");
      const frame = document.body.appendChild(document.createElement("iframe")).contentWindow;
      const read = async (path) => new frame.Uint8Array(await (await frame.fetch(path)).arrayBuffer());
      await initialize(await read("/dist/edgewise.wasm"));
      const compiled = await compile(new frame.TextEncoder().encode(json));
      const bytes = new frame.Uint8Array(compiled);
      const decided = [];
      const context = { age: new frame.Number(7) };
      for (const given of [bytes, bytes.buffer, new frame.DataView(bytes.buffer)]) {
        decided.push(Ruleset.load(given).decide("u", context).length);
        const options = { environment: "prod", pollingInterval: 0, fetch: frame.fetch, ruleset: given };
        const client = createClient({ ...options, configUrl: new frame.URL("/", location.href) });
        await client.ready;
        decided.push(client.decide("u", context).length);
        client.close();
      }
      return decided;
    }, SNAPSHOT);
    assert.deepEqual(decided, [1, 1, 1, 1, 1, 1]);
  });
});
