// The set-up of the dashboard's tests, screenshots and bench: a server with example data, a browser, and the list of all pages.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { launch } from "../support/chromium.mjs";
import { startEdgewise } from "../support/servers.mjs";
import { until } from "../support/until.mjs";

/** The viewport sizes: phone and desktop. */
export const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } };

/** Starts a server with a temporary data directory, and a browser. */
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
  const response = await fetch(`${address}/api/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Lists the pages of the example data: name, path, and texts that the page must contain. */
export async function pagesOf({ api }) {
  const all = async (path) => (await api("GET", `${path}?page=1&pageSize=100`)).data;
  const named = (list, name) => list.find((one) => one.name === name || one.key === name).id;
  const prod = named(await all("environments"), "prod");
  const experiment = named(await all("experiments"), "checkout-button-color");
  const audience = named(await all("audiences"), "Employees and beta testers");
  return [
    { name: "overview", path: "/", texts: ["prod", "staging", "Search ranking"] },
    { name: "environments", path: "/environments", texts: ["prod", "staging", "Version 14"] },
    { name: "environments-new", path: "/environments/new", texts: ["New environment", "Letters, digits"] },
    { name: "environment", path: `/environments/${prod}`, texts: ["prod", "Version 14", "Rolled back to 9"] },
    {
      name: "environment-diff",
      path: `/environments/${prod}?version=10`,
      texts: ["Version 10 compared with 9", "one-page-checkout", "0 – 50 %: steps"],
    },
    { name: "experiments", path: "/experiments", texts: ["Checkout button colour", "loyalty-points"] },
    { name: "experiments-new", path: `/experiments/new?environment=${prod}`, texts: ["New experiment"] },
    { name: "experiment", path: `/experiments/${experiment}`, texts: ["Checkout button colour", "Green button"] },
    { name: "audiences", path: "/audiences", texts: ["Employees and beta testers", "Test accounts"] },
    { name: "audience", path: `/audiences/${audience}`, texts: ["Employees and beta testers"] },
    { name: "audiences-new", path: `/audiences/new?environment=${prod}`, texts: ["audience"] },
    { name: "not-found", path: "/nowhere", texts: ["This page does not exist"], status: 404 },
  ];
}

/** Creates a browser context with a viewport and a theme. */
export function newContext(browser, { size = "desktop", theme = "light", ...options } = {}) {
  return browser.newContext({ viewport: SIZES[size], colorScheme: theme, reducedMotion: "reduce", ...options });
}

/** Collects the errors of a page: exceptions, console warnings, failed requests. `status` is the expected status of the page. */
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

/** Opens a page, and waits until the page works and subscribes to the server. */
export async function open(page, url) {
  await page.goto(url);
  await page.locator("html[data-follows]").waitFor({ state: "attached" });
  await alive(page);
}

/** Waits until the browser has rendered the page, and the page works. */
export function alive(page) {
  return page.locator("html[data-alive]").waitFor({ state: "attached" });
}

/** Waits until the heading of a part of the page has the focus, which the page moves there shortly after the part is shown. */
export function focused(page, heading) {
  return page.waitForFunction((heading) => document.activeElement?.textContent === heading, heading);
}

/** Returns the place of an element, which the page may be about to replace by a newer one. */
export function boxOf(locator) {
  return until(() => locator.boundingBox(), (box) => box !== null);
}
