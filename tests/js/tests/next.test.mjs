// The package as npm publishes it, in an application that Next.js builds: `tests/js/next`.
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { inChromium } from "../support/chromium.mjs";
import { buildNext, startNext } from "../support/next.mjs";
import { pack, unpack } from "../support/packed.mjs";
import { ROOT } from "../support/run.mjs";
import { serve } from "../support/servers.mjs";
import { stored } from "../support/small_store.mjs";

const APPLICATION = join(ROOT, "tests/js/next");

test("the package works in server components, client components, route handlers and the edge runtime of Next.js", async () => {
  const scratch = await mkdtemp(join(tmpdir(), "edgewise-next-"));
  try {
    await unpack(await pack(scratch), APPLICATION);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  await buildNext(APPLICATION);
  // The edge runtime of hosts compiles no bytes, so the files must be modules there, and not assets.
  const modules = (await readdir(join(APPLICATION, ".next/server/edge/chunks"))).filter((name) => name.endsWith(".wasm"));
  assert.equal(modules.length, 2, `the bundle for the edge runtime has these WASM modules: ${modules.join()}`);

  const store = await serve(stored);
  const next = await startNext(APPLICATION, store.address, "start");
  let printed;
  try {
    await inChromium(async (page) => {
      await page.goto(next.address);
      assert.equal(await page.textContent("#on-server"), "green");
      assert.equal(await page.textContent("#in-browser"), "green");
    });
    for (const path of ["route", "edge"]) {
      assert.equal(await (await fetch(`${next.address}/${path}`)).text(), "green", path);
    }
  } finally {
    printed = await next.stop();
    await store.stop();
  }
  assert.doesNotMatch(printed, /edgewise|⨯/i, "the server reports problems");
});
