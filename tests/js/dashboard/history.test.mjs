// The page of an environment: versions, differences, rollback and resuming.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { newContext, open, openStage, pagesOf, problemsOf } from "./stage.mjs";

let stage;
let url;

before(async () => {
  stage = await openStage("--demo");
  const pages = await pagesOf(stage);
  url = stage.address + pages.find(({ name }) => name === "environment").path;
});

after(() => stage?.close());

test("a user rolls back to an older version and resumes publishing by clicking", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  const problems = problemsOf(page);
  await open(page, url);

  await page.getByRole("link", { name: "Version 12", exact: true }).click();
  await page.getByRole("heading", { name: "Version 12 compared with 11" }).waitFor();
  await page.getByRole("link", { name: "Live version" }).click();
  await page.getByRole("heading", { name: "Version 12 compared with 14" }).waitFor();
  const change = page.locator("details").filter({ hasText: "search-ranking" }).first();
  assert.ok((await change.innerText()).includes("everyone"));

  await page.getByRole("button", { name: "Roll back to version 12" }).click();
  const dialog = page.getByRole("dialog", { name: "Roll back to version 12?" });
  assert.ok((await dialog.innerText()).includes("search-ranking"));
  await dialog.getByRole("button", { name: "Roll back to version 12" }).click();
  await page.getByText("Rolled back. The change is live.").waitFor();
  await page.getByRole("button", { name: "Publish waiting changes" }).waitFor();
  await dialog.waitFor({ state: "hidden" });

  const { data } = await stage.api("GET", `${new URL(url).pathname.slice(1)}/versions?page=1&pageSize=1`);
  assert.deepEqual([data[0].version, data[0].restores, data[0].state], [15, 12, "published"]);

  await page.getByRole("button", { name: "Publish waiting changes" }).click();
  const waiting = page.getByRole("dialog", { name: "Publish all waiting changes?" });
  await waiting.getByText("search-ranking").first().waitFor();
  await waiting.getByRole("button", { name: "Publish waiting changes" }).click();
  await page.getByText("Publishing resumed. The change is live.").waitFor();
  await page.getByRole("link", { name: "Version 16", exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Publish waiting changes" }).count(), 0);
  assert.deepEqual(problems, []);
  await context.close();
});

test("publishing can be resumed without scripts", { timeout: 60_000 }, async () => {
  const id = url.split("/").at(-1);
  const { data } = await stage.api("GET", `environments/${id}/versions?page=1&pageSize=100`);
  const older = data.filter(({ state }) => state === "published")[1].version;
  await stage.api("POST", `environments/${id}/versions/${older}/rollback`);

  const context = await newContext(stage.browser, { javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(url);
  assert.ok((await page.locator("main").innerText()).includes("Changes on hold until publishing is resumed"));
  await page.getByRole("button", { name: "Publish waiting changes" }).click();
  await page.getByText("Up to date").waitFor();
  assert.equal(new URL(page.url()).pathname, new URL(url).pathname);
  await context.close();
});

test("a version that another process publishes appears without a reload", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  const page = await context.newPage();
  await open(page, url);
  const { data } = await stage.api("GET", "experiments?page=1&pageSize=100&status=RUNNING");
  const id = data.find(({ key }) => key === "homepage-hero").id;
  const { data: versions } = await stage.api("GET", `environments/${url.split("/").at(-1)}/versions?page=1&pageSize=1`);
  await stage.api("PATCH", `experiments/${id}/status`, { status: "PAUSED" });
  await page.getByRole("link", { name: `Version ${versions[0].version + 1}`, exact: true }).waitFor();
  await context.close();
});
