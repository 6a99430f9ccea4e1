import { mkdtemp, rename, rm, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import { launch } from "../support/chromium.mjs";
import { startEdgewise } from "../support/servers.mjs";
import { newContext } from "./stage.mjs";
const out = "/tmp/d2/shots"; await mkdir(out, { recursive: true });
const data = await mkdtemp(join(tmpdir(), "edgewise-live-"));
const server = await startEdgewise(data, "serve", "--data-dir", data, "--demo");
const browser = await launch();
const api = async (method, path, body) => { const r = await fetch(`${server.address}/api/${path}`, { method, headers: { "content-type": "application/json" }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }); if (!r.ok) throw new Error(path + r.status + await r.text()); return r.json(); };
try {
  const prod = (await api("GET", "environments")).data.find((e) => e.name === "prod");
  const mk = (key, share, n = 2) => api("POST", "experiments", { key, name: `The ${key} experiment`, environmentId: prod.id, status: "RUNNING", variants: Array.from({length: n}, (_, i) => ({ key: `v${i}`, name: `V${i}` })), allocations: Array.from({length: n}, (_, i) => ({ variant: `v${i}`, rangeStart: i * share * 100, rangeEnd: (i + 1) * share * 100 - 1 })) });
  const [a, b, c, many] = [await mk("ramped", 10), await mk("paused", 10), await mk("deleted", 10), await mk("many", 5, 8)];
  const v = (await api("GET", `environments/${prod.id}/publication`)).liveVersion;
  await api("PUT", `experiments/${a.id}/allocations`, { allocations: a.variants.map((x, i) => ({ variantId: x.id, rangeStart: i * 2500, rangeEnd: i * 2500 + 2499 })) });
  await api("PATCH", `experiments/${b.id}/status`, { status: "PAUSED" });
  await api("PATCH", `experiments/${many.id}/status`, { status: "ARCHIVED" });
  await api("DELETE", `experiments/${c.id}`);
  await mk("added", 50);
  const cfg = join(data, "snapshots", "configs", "prod");
  const shoot = async (state) => {
    for (const [size, theme] of [["desktop", "light"], ["phone", "dark"]]) {
      const context = await newContext(browser, { size, theme });
      for (const [name, path] of [["overview", "/"], ["list", `/experiments?environment=${prod.id}`], ["experiment", `/experiments/${b.id}`], ["env", `/environments/${prod.id}`]]) {
        const page = await context.newPage();
        await page.goto(server.address + path); await page.waitForTimeout(700);
        await page.screenshot({ path: `${out}/${state}-${name}-${size}.png`, fullPage: name !== "experiment" });
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
        const w = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
        console.log(state, name, size, w, violations.map(({ id, impact, nodes }) => `${id} ${impact} ${nodes[0].html}`));
        if (name === "experiment") { await page.getByRole("button", { name: "Resume", exact: true }).click(); await page.screenshot({ path: `${out}/${state}-dialog-${size}.png` }); }
        if (name === "env" && state === "held") { await page.getByRole("button", { name: "Publish waiting changes" }).click(); await page.waitForTimeout(500); await page.screenshot({ path: `${out}/${state}-publish-${size}.png` }); }
        await page.close();
      }
      await context.close();
    }
  };
  await api("POST", `environments/${prod.id}/versions/${v}/rollback`);
  await shoot("held");
  await api("POST", `environments/${prod.id}/resume`);
  await rename(cfg, cfg + ".away"); await writeFile(cfg, "");
  await api("PATCH", `experiments/${b.id}/status`, { status: "RUNNING" });
  await api("PATCH", `experiments/${b.id}/status`, { status: "PAUSED" });
  await shoot("failing");
} finally { await browser.close(); await server.stop(); await rm(data, { recursive: true, force: true }); }
