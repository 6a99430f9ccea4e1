import { openStage, newContext, problemsOf } from "./stage.mjs";
const s = await openStage("--demo");
try {
const c = await newContext(s.browser); const p = await c.newPage();
p.on("console", m => console.log("console", m.text().slice(0,600))); p.on("pageerror", e => console.log("error", String(e.stack).slice(0,800)));
p.on("response", r => console.log(r.status(), r.url().slice(-40)));
await p.goto(s.address + (process.argv[2] ?? "/")); await new Promise(r => setTimeout(r, 6000));
console.log(await p.evaluate(() => [document.documentElement.outerHTML.slice(0, 300), globalThis.edgewise?.state]));
} finally { await s.close(); }
