// What stands in front of the server refuses calls: the page shows the refusal and what to do.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startFront } from "../support/front.mjs";
import { newContext, open, openStage } from "./stage.mjs";

const html = (title) => `<html>\r\n<head><title>${title}</title></head>\r\n<body><center><h1>${title}</h1></center></body></html>`;

/** Responses in place of a call's, and what the page must say. */
const REFUSALS = [
  [
    { status: 403, type: "application/json", body: '{"error":"the origin is not the public URL: set --public-url"}' },
    "The origin is not the public URL: set --public-url",
  ],
  [{ status: 403, body: html("403 Forbidden") }, "A server in front of Edgewise answered with status 403 (403 Forbidden): ask its operator"],
  [{ status: 403, type: "text/plain", body: "RBAC: access denied" }, "status 403 (RBAC: access denied): ask its operator"],
  [{ status: 413, body: html("413 Request Entity Too Large") }, "status 413 (413 Request Entity Too Large): shorten the input"],
  [{ status: 502, body: html("502 Bad Gateway") }, "status 502 (502 Bad Gateway): it cannot reach Edgewise, try again in a moment"],
  [{ status: 504, body: "" }, "status 504: it cannot reach Edgewise, try again in a moment"],
  [{ status: 200, body: html("Welcome to Hotel Wifi") }, "status 200 (Welcome to Hotel Wifi): sign in there in another tab"],
  [{ status: 401, body: html("Sign in") }, "status 401 (Sign in): sign in there in another tab"],
  [{ status: 302, headers: { location: "/login" } }, "redirected the request: sign in there in another tab"],
  [{ status: 302, headers: { location: "https://login.invalid/" } }, "redirected the request: sign in there in another tab"],
  [{ status: 404, type: "application/json", body: '{"error":"no such route or method"}' }, "different versions: reload the page"],
];

let front;
let stage;

before(async () => {
  front = await startFront();
  stage = await openStage("--demo");
  front.target = stage.address;
});

after(async () => {
  await stage?.close();
  await front?.stop();
});

test("a refused change says why and what to do, and the input stays", { timeout: 120_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  await open(page, `${front.address}/environments/new`);
  await page.getByLabel("Name").fill("refused");
  for (const [refusal, words] of REFUSALS) {
    front.respond = ({ method }) => (method === "POST" ? refusal : undefined);
    await page.getByRole("button", { name: "Create environment" }).click();
    await page.locator("form").getByText(words).waitFor();
    assert.equal(await page.getByLabel("Name").inputValue(), "refused");
  }
  front.respond = () => undefined;
  await page.getByRole("button", { name: "Create environment" }).click();
  await page.getByRole("heading", { level: 1, name: "refused" }).waitFor();
  await context.close();
});

test("a page whose content is refused says why and what to do", { timeout: 120_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  await open(page, front.address);
  const parts = page.getByRole("navigation", { name: "Dashboard" });
  for (const [refusal, words] of REFUSALS) {
    front.respond = ({ url }) => (url.startsWith("/-/audiences") ? refusal : undefined);
    await parts.getByRole("link", { name: "Audiences" }).click();
    await page.getByRole("alert").getByText(words).first().waitFor();
    await parts.getByRole("link", { name: "Overview" }).click();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  }
  front.respond = () => undefined;
  await context.close();
});

test("a refused page is a page", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  front.rewrite = (headers) => ({ ...headers, host: "rebound.example" });
  try {
    for (const path of ["/", "/experiments"]) {
      const response = await page.goto(front.address + path);
      assert.equal(response.status(), 403);
      await page.getByRole("heading", { name: "The request was refused" }).waitFor();
      await page.getByText("`rebound.example` is not a host of this server").waitFor();
    }
  } finally {
    front.rewrite = (headers) => headers;
  }
  await context.close();
});

test("without scripts, a refused form is answered by a page", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser, { javaScriptEnabled: false });
  const page = await context.newPage();
  front.rewrite = (headers) => ({ ...headers, "sec-fetch-site": "cross-site" });
  try {
    await page.goto(`${front.address}/environments/new`);
    await page.getByLabel("Name").fill("refused");
    const [response] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === "POST"),
      page.getByRole("button", { name: "Create environment" }).click(),
    ]);
    assert.equal(response.status(), 403);
    assert.match(response.headers()["content-type"], /^text\/html/);
    await page.getByRole("heading", { name: "The request was refused" }).waitFor();
    await page.getByText("another site").waitFor();
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: "New environment" }).waitFor();
  } finally {
    front.rewrite = (headers) => headers;
  }
  await context.close();
});
