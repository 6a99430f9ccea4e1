// The set-up of the dashboard's tests, screenshots and bench: a server with example data, a browser, and the list of all pages.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { launch } from "../support/chromium.mjs";
import { startEdgewise } from "../support/servers.mjs";

/** How wide pages are looked at: on a phone, and on a desk. */
export const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1440, height: 900 } };

/** Serves a directory of its own, with example data or without, and starts a browser. */
export async function openStage(...options) {
  const data = await mkdtemp(join(tmpdir(), "edgewise-dashboard-"));
  const remove = () => rm(data, { recursive: true, force: true });
  try {
    const server = await startEdgewise(data, "serve", "--data-dir", data, ...options);
    const browser = await launch();
    const close = async () => {
      await browser.close();
      await server.stop();
      await remove();
    };
    return { address: server.address, browser, close, api: (method, path, body) => api(server.address, method, path, body) };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function api(address, method, path, body) {
  const answer = await fetch(`${address}/api/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** All pages of the example data: their names, where they are, and what of the data they show. */
export async function pagesOf({ api }) {
  const all = async (path) => (await api("GET", `${path}?page=1&pageSize=100`)).data;
  const named = (list, name) => list.find((one) => one.name === name || one.key === name).id;
  const prod = named(await all("environments"), "prod");
  const experiment = named(await all("experiments"), "checkout-button-color");
  const audience = named(await all("audiences"), "Employees and beta testers");
  return [
    { name: "overview", path: "/", shows: ["prod", "staging", "Search ranking"] },
    { name: "environments", path: "/environments", shows: ["prod", "staging", "Version 14"] },
    { name: "environment", path: `/environments/${prod}`, shows: ["prod", "Version 14", "Rolled back to 9"] },
    {
      name: "environment-diff",
      path: `/environments/${prod}?version=10`,
      shows: ["Version 10 compared with 9", "one-page-checkout", "0 – 50 %: steps"],
    },
    { name: "experiments", path: "/experiments", shows: ["Checkout button colour", "loyalty-points"] },
    { name: "experiments-new", path: `/experiments/new?environment=${prod}`, shows: ["New experiment"] },
    { name: "experiment", path: `/experiments/${experiment}`, shows: ["Checkout button colour", "Green button"] },
    { name: "audiences", path: "/audiences", shows: ["Employees and beta testers", "Test accounts"] },
    { name: "audience", path: `/audiences/${audience}`, shows: ["Employees and beta testers"] },
    { name: "audiences-new", path: `/audiences/new?environment=${prod}`, shows: ["audience"] },
    { name: "not-found", path: "/nowhere", shows: ["This page does not exist"], status: 404 },
  ];
}

/** A browser's context in which pages are looked at. */
export function look(browser, { size = "desk", theme = "light", ...options } = {}) {
  return browser.newContext({ viewport: SIZES[size], colorScheme: theme, reducedMotion: "reduce", ...options });
}

/** Collects what goes wrong in a page: errors, warnings in the console, requests that fail. `status` is what the page itself answers. */
export function problemsOf(page, status = 200) {
  const problems = [];
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("console", (message) => {
    const expected = status !== 200 && message.text().includes(`status of ${status}`);
    if (["error", "warning"].includes(message.type()) && !expected) problems.push(`console: ${message.text()}`);
  });
  page.on("response", (response) => {
    const expected = response.request().isNavigationRequest() ? status : 399;
    if (response.status() > expected) problems.push(`${response.status()}: ${response.url()}`);
  });
  page.on("requestfailed", (request) => {
    // Leaving a page closes its stream, and may interrupt its loading.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") problems.push(`failed: ${request.url()}`);
  });
  return problems;
}

/** Opens a page, and waits until it has come to life: only then does it listen to the server. */
export async function open(page, url) {
  const listening = page.waitForRequest((request) => request.url().endsWith("/api/stream"));
  await page.goto(url);
  await listening;
}
