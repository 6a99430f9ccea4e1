// Event streams take few of the connections of a browser, and do not keep a process alive.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { build } from "esbuild";

import { launch } from "../support/chromium.mjs";
import { startFlags } from "../support/flags.mjs";
import { ROOT, TOOLS } from "../support/run.mjs";
import { until } from "../support/until.mjs";

/** Rules out polls by the interval during a test. */
const NEVER = 2 ** 30;

let browser;
let context;
let flags;

before(async () => {
  browser = await launch();
});

after(() => browser.close());

beforeEach(async () => {
  flags = await startFlags();
  context = await browser.newContext();
});

afterEach(async () => {
  await context.close();
  await flags.stop();
});

/** Opens a tab. `script` runs first. */
async function open(script) {
  const page = await context.newPage();
  if (script !== undefined) await page.addInitScript(script);
  await page.goto(`${flags.address}/page.html`);
  return page;
}

/** Creates clients in a page or frame, one for each environment, and waits until they are ready. */
function createClients(page, environments, pollingInterval = NEVER) {
  return page.evaluate(
    async ([configUrl, environments, pollingInterval]) => {
      const { createClient } = await import(`${configUrl}/package/browser/index.js`);
      globalThis.clients = environments.map((environment) => createClient({ configUrl, environment, pollingInterval, stream: true }));
      await Promise.all(globalThis.clients.map((client) => client.ready));
    },
    [flags.address, environments, pollingInterval],
  );
}

/** Opens a tab with clients. */
async function tab(environments = ["prod"], { script, pollingInterval } = {}) {
  const page = await open(script);
  await createClients(page, environments, pollingInterval);
  return page;
}

const refresh = (page) => page.evaluate(() => Promise.all(globalThis.clients.map((client) => client.refresh())));
const close = (page) => page.evaluate(() => globalThis.clients.forEach((client) => client.close()));
const versions = (page) => page.evaluate(() => globalThis.clients.map(({ version }) => version));

/** Waits until all clients of a page have a version. */
const reaches = (page, version) => until(() => versions(page), (all) => all.every((one) => one === version));

const streamsAre = (count) => until(() => flags.streams.size, (size) => size === count);

/** Waits until this number of streams has been opened from the start, and only the last `open` of them are still open. */
async function opened(count, open = 1) {
  await until(() => flags.opened, (now) => now === count);
  await streamsAre(open);
}

/** Sends an event to the open streams, and waits until the event has reached all pages. */
async function eventReaches(pages, version) {
  flags.publish(version);
  await Promise.all(pages.map((page) => reaches(page, version)));
}

/** Makes a page hidden or visible, for its scripts. */
const show = (page, visibilityState) =>
  page.evaluate((value) => {
    Object.defineProperty(document, "visibilityState", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, visibilityState);

const withoutLocks = () => delete Navigator.prototype.locks;

test("the clients of a page share a stream, and can poll", { timeout: 120_000 }, async () => {
  const page = await tab(Array(8).fill("prod"));
  await streamsAre(1);
  await refresh(page);
  await eventReaches([page], 4);
  await page.evaluate(() => globalThis.clients.splice(0, 7).forEach((client) => client.close()));
  await eventReaches([page], 5);
  assert.equal(flags.most, 1);
  await close(page);
  await streamsAre(0);
});

test("the tabs of a browser share a stream, and another tab follows when the first is closed", { timeout: 120_000 }, async () => {
  const first = await tab();
  await streamsAre(1);
  const tabs = [];
  for (let count = 0; count < 7; count += 1) tabs.push(await tab());
  await Promise.all([first, ...tabs].map(refresh));
  await eventReaches([first, ...tabs], 4);
  assert.equal(flags.most, 1);

  await first.close();
  await opened(2);
  await eventReaches(tabs, 5);
  await close(tabs[0]);
  await opened(3);
  await eventReaches(tabs.slice(1), 6);
});

test("a hidden tab has no stream, and polls when it is visible again", { timeout: 120_000 }, async () => {
  const [first, second] = [await tab(), await tab()];
  await streamsAre(1);
  await show(first, "hidden");
  await opened(2);
  await eventReaches([second], 4);
  assert.deepEqual(await versions(first), [3]);
  await show(second, "hidden");
  await streamsAre(0);
  flags.publish(5);
  await show(first, "visible");
  await reaches(first, 5);
  await opened(3);
  await eventReaches([first], 6);
});

test("eight environments in three tabs leave connections free for polls", { timeout: 120_000 }, async () => {
  const environments = Array.from({ length: 8 }, (_, number) => `env-${number}`);
  const tabs = [];
  for (let count = 0; count < 3; count += 1) tabs.push(await tab(environments, { pollingInterval: 500 }));
  await streamsAre(2);
  await Promise.all(tabs.map(refresh));
  for (const environment of environments) flags.publish(4, environment);
  await Promise.all(tabs.map((page) => reaches(page, 4)));
  assert.equal(flags.most, 2);

  await tabs[0].close();
  await opened(4, 2);
  for (const environment of environments) flags.publish(5, environment);
  await Promise.all(tabs.slice(1).map((page) => reaches(page, 5)));
});

test("without Web Locks, each page has one stream of an origin", { timeout: 120_000 }, async () => {
  const pages = [];
  for (let count = 0; count < 2; count += 1) pages.push(await tab(Array(8).fill("prod"), { script: withoutLocks }));
  await streamsAre(2);
  await Promise.all(pages.map(refresh));
  await eventReaches(pages, 4);
  await Promise.all(pages.map(close));
  await streamsAre(0);
  assert.equal(flags.most, 2);

  const environments = Array.from({ length: 8 }, (_, number) => `env-${number}`);
  const page = await tab(environments, { script: withoutLocks });
  await opened(3);
  await refresh(page);
  assert.deepEqual([...flags.streams.values()], ["env-0"]);
  await page.evaluate(() => globalThis.clients.shift().close());
  await opened(4);
  assert.deepEqual([...flags.streams.values()], ["env-1"]);
  await refresh(page);
});

test("sandboxed frames, which may not use Web Locks, poll", { timeout: 120_000 }, async () => {
  const page = await open();
  const frames = `<iframe sandbox="allow-scripts" src="${flags.address}/page.html"></iframe>`.repeat(7);
  await page.setContent(frames);
  for (const index of [1, 2, 3, 4, 5, 6, 7]) {
    const frame = await until(() => page.frames()[index], (frame) => frame?.url().endsWith("/page.html"));
    await createClients(frame, ["prod"]);
  }
  for (const frame of page.frames().slice(1)) await refresh(frame);
  assert.equal(flags.opened, 0);
});

test("a tab that may not open the stream leaves it to another tab", { timeout: 120_000 }, async () => {
  const denied = `
    const { fetch } = globalThis;
    globalThis.fetch = (address, init) => address.includes("/api/stream") ? Promise.resolve(new Response("", { status: 401 })) : fetch(address, init);`;
  const first = await tab(["prod"], { script: denied });
  const second = await tab();
  await streamsAre(1);
  await eventReaches([first, second], 4);
});

test("a bundle that gets the package by `require` shares streams, too", { timeout: 120_000 }, async () => {
  const contents = 'globalThis.edgewise = require("edgewise");';
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(ROOT, "wasm-pkg") },
    bundle: true,
    platform: "browser",
    format: "iife",
    write: false,
  });
  for (let number = 0; number < 3; number++) {
    const page = await open();
    await page.evaluate(outputFiles[0].text);
    await page.evaluate(async (configUrl) => {
      const environments = Array.from({ length: 8 }, (_, index) => `env-${index}`);
      const create = (environment) => globalThis.edgewise.createClient({ configUrl, environment, pollingInterval: 1000, stream: true });
      await Promise.all(environments.map((environment) => create(environment).ready));
    }, flags.address);
  }
  assert.ok(flags.most <= 2, `${flags.most} streams were open`);
});

test("a worker shares the stream of the pages", { timeout: 120_000 }, async () => {
  const page = await tab();
  await streamsAre(1);
  await page.evaluate(async (configUrl) => {
    const code = `
      import { createClient } from "${configUrl}/package/browser/index.js";
      const client = createClient({ configUrl: "${configUrl}", environment: "prod", pollingInterval: ${2 ** 30}, stream: true });
      client.onUpdate(postMessage);`;
    const worker = new Worker(URL.createObjectURL(new Blob([code], { type: "text/javascript" })), { type: "module" });
    globalThis.clients.push({ version: undefined });
    await new Promise((resolve) => {
      worker.onmessage = ({ data }) => {
        globalThis.clients[1].version = data;
        resolve();
      };
    });
  }, flags.address);
  await eventReaches([page], 4);
  assert.equal(flags.most, 1);
  await page.evaluate(() => globalThis.clients[0].close());
  await opened(2);
  flags.publish(5);
  await until(() => versions(page), ([, ofWorker]) => ofWorker === 5);
});

/** The command that runs a script with the permission to use the network, in each runtime. */
const RUNTIMES = {
  Node: async () => ["node"],
  Deno: async () => [`${TOOLS}/.bin/deno`, "run", "--quiet", "--no-remote", `--allow-net=${new URL(flags.address).host}`],
  Bun: async () => {
    const bun = (await readdir(`${TOOLS}/@oven`)).find((name) => name.startsWith("bun-"));
    return [`${TOOLS}/@oven/${bun}/bin/bun`, "run", "--no-install"];
  },
};

/** Runs a script with a client, and calls `use` with a promise of its exit code and a function that waits for a line of its output. */
async function running(t, runtime, script, use) {
  const directory = await mkdtemp(join(tmpdir(), "edgewise-script-"));
  const [program, ...options] = await RUNTIMES[runtime]();
  const file = join(directory, "script.mjs");
  const client = `
    import { createClient } from ${JSON.stringify(join(ROOT, "wasm-pkg/dist/server/index.js"))};
    const client = createClient({ configUrl: "${flags.address}", environment: "prod", pollingInterval: ${NEVER}, stream: true });`;
  await writeFile(file, `${client}\n${script}`);
  const child = spawn(program, [...options, file], { stdio: ["ignore", "pipe", "inherit"], signal: t.signal, killSignal: "SIGKILL" });
  const exited = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  let output = "";
  child.stdout.on("data", (data) => (output += data));
  try {
    await use({ exited, prints: (line) => until(() => output, (now) => now.split("\n").includes(line)) });
  } finally {
    child.kill("SIGKILL");
    await exited.catch(() => undefined);
    await rm(directory, { recursive: true, force: true });
  }
}

for (const runtime of Object.keys(RUNTIMES)) {
  test(`a process that is done ends, although a client follows a stream, in ${runtime}`, { timeout: 120_000 }, async (t) => {
    const script = `
      await client.ready;
      console.log(\`ready \${client.version}\`);`;
    await running(t, runtime, script, async ({ exited, prints }) => {
      assert.equal(await exited, 0);
      await prints("ready 3");
    });
  });

  test(`a process that lives on receives events, also by another stream, in ${runtime}`, { timeout: 120_000 }, async (t) => {
    const script = `
      const alive = setInterval(() => undefined, 1000);
      client.onUpdate((version) => {
        console.log(\`version \${version}\`);
        if (version === 5) clearInterval(alive);
      });`;
    await running(t, runtime, script, async ({ exited, prints }) => {
      await prints("version 3");
      await streamsAre(1);
      flags.publish(4);
      await prints("version 4");
      flags.cut();
      await opened(2);
      flags.publish(5);
      await prints("version 5");
      assert.equal(await exited, 0);
    });
  });
}
