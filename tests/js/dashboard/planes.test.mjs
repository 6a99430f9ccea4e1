// The dashboard through `edgewise gateway`, with the control plane and the decision plane in processes of their own.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch } from "../support/chromium.mjs";
import { startEdgewise } from "../support/servers.mjs";
import { until } from "../support/until.mjs";
import { newContext, open, problemsOf } from "./stage.mjs";

const started = [];
let data;
let browser;
let control;
let gateway;
let experiment;

before(async () => {
  data = await mkdtemp(join(tmpdir(), "edgewise-planes-"));
  const start = async (...options) => {
    const server = await startEdgewise(data, ...options);
    started.unshift(server);
    return server;
  };
  control = await start("control", "--data-dir", data, "--trusted-proxies", "127.0.0.1");
  const urls = ["--control-url", control.address];
  const decide = await start("decide", "--snapshot-store", `file:${join(data, "snapshots")}`, ...urls);
  gateway = await start("gateway", ...urls, "--decide-url", decide.address);
  browser = await launch();
  const { id: environmentId } = await send(control, "POST", "/environments", { name: "prod" });
  const { id } = await send(control, "POST", "/experiments", {
    key: "button",
    name: "Button",
    description: "",
    environmentId,
    status: "RUNNING",
    variants: [{ key: "on", name: "On", payload: { on: true } }],
    allocations: [{ variant: "on", rangeStart: 0, rangeEnd: 9999 }],
  });
  experiment = id;
});

after(async () => {
  await browser?.close();
  for (const server of started) await server.stop();
  await rm(data, { recursive: true, force: true });
});

async function send(server, method, path, body) {
  const response = await fetch(server.address + path, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

const status = async () => (await send(control, "GET", `/experiments/${experiment}`)).status;
const button = (page, name) => page.getByRole("button", { name, exact: true });
const heading = (page, name) => page.getByRole("heading", { level: 1, name, exact: true });

// The control plane alone, and behind the gateway.
for (const plane of ["gateway", "control"]) {
  test(`an experiment is found, paused and followed at the address of ${plane}`, { timeout: 120_000 }, async () => {
    const { address } = { gateway, control }[plane];
    const context = await newContext(browser);
    const page = await context.newPage();
    const problems = problemsOf(page);
    await open(page, address);
    await heading(page, "Overview").waitFor();
    await page.getByRole("navigation", { name: "Dashboard" }).getByRole("link", { name: "Experiments", exact: true }).click();
    await heading(page, "Experiments").waitFor();
    await page.getByRole("link", { name: "Button", exact: true }).click();
    await heading(page, "Button").waitFor();
    assert.equal(page.url(), `${address}/experiments/${experiment}`);

    await button(page, "Pause").click();
    await button(page, "Resume").waitFor();
    await until(status, (found) => found === "PAUSED");
    // The event stream tells the page of a change that is made elsewhere.
    await send(control, "PATCH", `/experiments/${experiment}/status`, { status: "RUNNING" });
    await button(page, "Pause").waitFor();

    // The address of the page is also that of a resource, at the control plane.
    await open(page, `${address}/experiments/${experiment}`);
    await heading(page, "Button").waitFor();
    await page.goBack();
    await page.goForward();
    await heading(page, "Button").waitFor();
    assert.deepEqual(problems, []);
    await context.close();
  });

  test(`forms work without scripts at the address of ${plane}`, { timeout: 60_000 }, async () => {
    const { address } = { gateway, control }[plane];
    const context = await newContext(browser, { javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${address}/environments/new`);
    await page.getByLabel("Name").fill("no name!");
    await button(page, "Create environment").click();
    await page.getByText("Must be 1 to 63 letters").waitFor();
    assert.ok(page.url().startsWith(`${address}/environments`), page.url());
    await page.getByLabel("Name").fill(`by-${plane}`);
    await button(page, "Create environment").click();
    await page.getByRole("heading", { name: `by-${plane}` }).waitFor();
    assert.ok(page.url().startsWith(`${address}/environments`), page.url());
    const response = await page.goto(`${address}/nonsense`);
    assert.equal(response.status(), 404);
    await page.getByText("This page does not exist").waitFor();
    await context.close();
  });
}
