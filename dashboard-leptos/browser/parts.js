// Loads the parts of the module: code that only some pages need. A part is a set of files, of which it shares some with other parts.
import { FILES } from "edgewise-files";

import { remember } from "./standin.js";

/** How long the browser waits before it asks for a file once more, in ms. */
const PAUSES_MS = [500, 2000];

/** The files that are compiled or about to be, by name: for all instances. */
const compiled = new Map();
/** The names of the compiled files. */
const ready = new Set();
/** The instance of the main part that works now. */
let current;

/** Loads and compiles a file. Rejects if it is missing, or cannot be loaded after several attempts. */
export async function compile(url) {
  for (let attempt = 0; ; attempt += 1) {
    let response;
    try {
      response = await fetch(url);
      if (response.ok) return await moduleIn(response);
    } catch (fault) {
      if (attempt >= PAUSES_MS.length) throw fault;
    }
    // Another version of the server has other files.
    if (response?.status === 404 || attempt >= PAUSES_MS.length) throw new Error(`${url}: ${response?.status}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSES_MS[attempt]));
  }
}

async function moduleIn(response) {
  // A server in front may have changed the content type, which a stream must have.
  const isTyped = response.headers.get("content-type")?.startsWith("application/wasm");
  return isTyped ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

/** Loads a part, so that instances find it compiled. */
export async function prepare(part) {
  await Promise.all((FILES[part] ?? []).map(prepared));
}

function prepared(file) {
  let module = compiled.get(file);
  if (!module) {
    module = compile(new URL(file, import.meta.url));
    compiled.set(file, module);
    // Whoever asks next tries again.
    module.then(() => ready.add(file), () => compiled.delete(file));
  }
  return module;
}

/**
 * Begins with an instance of the main part, to which all prepared files are added. `behindGate` makes calls of the module pass its
 * gate.
 */
export async function begin(exports, behindGate) {
  const instance = { exports, behindGate, joined: new Set(), joining: new Map() };
  current = instance;
  await Promise.all([...ready].map((file) => join(file, instance)));
}

/** Adds a file to an instance: the file puts its functions into the table of the instance. */
function join(file, instance) {
  let joining = instance.joining.get(file);
  if (!joining) {
    joining = prepared(file).then(async (module) => {
      await WebAssembly.instantiate(module, { main: instance.exports });
      instance.joined.add(file);
    });
    instance.joining.set(file, joining);
    joining.catch(() => instance.joining.delete(file));
  }
  return joining;
}

/** Returns the function that the module calls to load a part. It calls the module back, with whether the part is there. */
export function loaderOf(part) {
  return (callback, data) => {
    const instance = current;
    const tell = (isThere) => instance.exports.__indirect_function_table.get(callback)(data, isThere);
    if (FILES[part].every((file) => instance.joined.has(file))) {
      tell(true);
      return;
    }
    const callBack = instance.behindGate(tell);
    const tellLater = (isThere) => {
      const passOn = remember(globalThis.edgewise.held);
      callBack(isThere);
      // The module renders in tasks of its own, before the next timer.
      setTimeout(passOn);
    };
    Promise.all(FILES[part].map((file) => join(file, instance))).then(
      () => tellLater(true),
      (fault) => {
        console.error("a part of the page cannot be loaded:", fault);
        tellLater(false);
      },
    );
  };
}
