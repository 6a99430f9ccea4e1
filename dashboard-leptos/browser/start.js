// Starts the module, and a new instance of it if one dies.
import init, { __wbg_reset_state, mount, partsOf } from "edgewise-glue";

import { gated, gateOf } from "./gate.js";
import { handOver } from "./handover.js";
import { Keeper } from "./keeper.js";
import { watchLinks } from "./links.js";
import { begin, compile, prepare } from "./parts.js";
import { holdPresses, keepContent } from "./standin.js";

/** The id of the element that the application renders. */
const CONTAINER = "dashboard";
/** How many instances a page starts before it stays plain. */
const MAX_INSTANCES = 3;
/** How long a page waits for the content of a new rendering, in ms. */
const PATIENCE_MS = 10_000;
/** How long a page waits for its first paint, in ms: pages in the background are not painted. */
const PAINT_MS = 100;

const page = globalThis.edgewise;
const keeper = new Keeper();

/**
 * Renders the page anew, from the responses that the document contains, and replaces what the server rendered. So nothing depends
 * on what others have changed in the document: proxies, extensions, translations. `parts` are those that the page needs.
 *
 * Rejects if the module cannot be loaded, or has died too often.
 */
export async function start(url, parts) {
  const composed = composition();
  const [module] = await Promise.all([compile(url), ...parts.map(prepare), parsed().then(painted)]);
  const responses = contained();
  page.take = (key) => {
    const response = responses.get(key);
    // A page that asks again wants to know what is new.
    responses.delete(key);
    return response;
  };
  for (let count = 1; count <= MAX_INSTANCES; count += 1) {
    try {
      await lifetime(module, count, composed);
    } catch (fault) {
      console.error("an instance of the page has died:", fault);
    }
    keeper.rest();
    page.state = "waiting";
    responses.clear();
  }
  throw new Error("the page does not work: reload it");
}

/** Waits until the document has been read: its responses come last. */
async function parsed() {
  if (document.readyState !== "loading") return;
  await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve));
}

/** Waits until what the server rendered can be read, so that rendering it anew delays nobody. */
async function painted() {
  const paint = new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  await Promise.race([paint, new Promise((resolve) => setTimeout(resolve, PAINT_MS))]);
}

/** Returns the responses that the document contains, by the call. */
function contained() {
  const texts = Object.values(globalThis.__RESOLVED_RESOURCES ?? {});
  const lines = texts.map((text) => (text.startsWith('"') ? JSON.parse(text) : text));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf("\n")), line.slice(line.indexOf("\n") + 1)]));
}

/** Runs an instance until it dies. Rejects with the fault. */
async function lifetime(module, count, composed) {
  let die;
  const death = new Promise((_, reject) => {
    die = reject;
  });
  const appear = async () => {
    const behindGate = gateOf({ enter: () => keeper.enter(), leave: () => keeper.leave(), die });
    await begin(await instantiate(module, count, behindGate), behindGate);
    const fresh = document.createElement("div");
    fresh.id = CONTAINER;
    mount(fresh, count > 1);
    await complete(fresh);
    await composed();
    return fresh;
  };
  const fresh = await Promise.race([death, appear()]);
  page.take = () => {};
  display(fresh, count === 1);
  if (count === 1) {
    watchLinks((path) => (page.state === "alive" ? partsOf(path) : ""));
    holdPresses(page.held);
  }
  await death;
}

/** Starts an instance, behind the gate. Returns the exports of the instance themselves. */
async function instantiate(module, count, behindGate) {
  const { Instance, instantiate } = WebAssembly;
  let own;
  const enclosed = ({ exports }) => {
    own = exports;
    return { exports: gated(exports, behindGate) };
  };
  WebAssembly.Instance = function (...values) {
    return enclosed(new Instance(...values));
  };
  WebAssembly.instantiate = async (...values) => ({ module, instance: enclosed(await instantiate(...values)) });
  try {
    if (count === 1) await init({ module_or_path: module });
    else __wbg_reset_state();
  } finally {
    Object.assign(WebAssembly, { Instance, instantiate });
  }
  return own;
}

/** Waits until a rendering has its content. */
async function complete(fresh) {
  const end = performance.now() + PATIENCE_MS;
  do await new Promise((resolve) => setTimeout(resolve));
  while (performance.now() < end && (!fresh.querySelector("h1") || fresh.querySelector(".skeleton")));
}

/** Returns a function that waits until no word is being composed, as with input methods for Chinese. */
function composition() {
  let isComposing = false;
  addEventListener("compositionstart", () => {
    isComposing = true;
  });
  addEventListener("compositionend", () => {
    isComposing = false;
  });
  return async () => {
    while (isComposing) await new Promise((resolve) => addEventListener("compositionend", resolve, { once: true }));
  };
}

/** Shows a rendering, and does what a person has asked for before. */
function display(fresh, isServed) {
  const root = document.documentElement;
  let old = document.getElementById(CONTAINER);
  if (!old) {
    old = document.createElement("div");
    document.body.prepend(old);
  }
  keepContent(old, fresh);
  const twin = handOver(old, fresh, isServed);
  keeper.watch(fresh);
  page.state = "alive";
  delete root.dataset.plain;
  root.dataset.alive = "";
  for (const element of page.held) {
    // What stands in for later content waits on.
    if (fresh.contains(element)) continue;
    page.held.delete(element);
    const other = twin(element);
    if (other?.type === "button") other.click();
    else (other?.form ?? other)?.requestSubmit?.(other.form && other);
  }
}
