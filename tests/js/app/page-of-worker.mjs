// As page.mjs, in a worker of the page.
const worker = new Worker(new URL("./in-worker.mjs", import.meta.url), { type: "module" });

globalThis.used = new Promise((resolve, reject) => {
  worker.addEventListener("message", ({ data }) => resolve(data));
  worker.addEventListener("error", (event) => reject(new Error(`the worker failed: ${event.message}`)));
});
worker.postMessage(new URL(location.href).searchParams.get("store"));
