// The dashboard works, whoever touches its pages: extensions, translations, proxies, slow networks, faults of the module.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { until } from "../support/until.mjs";
import { alive, newContext, openStage } from "./stage.mjs";

let stage;
/** The paths of the pages that are touched. */
let paths;
let experiment;
let number = 0;

before(async () => {
  stage = await openStage("--demo");
  const { data } = await stage.api("GET", "experiments?page=1&pageSize=100");
  experiment = data.find(({ name }) => name === "Checkout button colour").id;
  paths = { experiment: `/experiments/${experiment}`, list: "/experiments", environments: "/environments" };
});

after(() => stage?.close());

const description = async () => (await stage.api("GET", `experiments/${experiment}`)).description;
const environments = async () => (await stage.api("GET", "environments?page=1&pageSize=100")).data.map(({ name }) => name);

/** Waits for a URL. Strangers' frames may never be loaded. */
const arrived = (page, url) => page.waitForURL(url, { waitUntil: "commit" });

/** What a person does on each page: a save, a search and a link, a form. Names are parts, since a translation may add to them. */
const USES = {
  async experiment(page) {
    const words = `Described for the ${(number += 1)}th time`;
    await page.getByRole("button", { name: "Edit", exact: false }).first().click();
    await page.locator("#experiment-description").fill(words);
    await page.getByRole("region", { name: "Name and description" }).getByRole("button", { name: "Save" }).click();
    // A translation changes the first word.
    await page.locator(".experiment-about", { hasText: `for the ${number}th time` }).waitFor();
    assert.equal(await description(), words);
  },
  async list(page) {
    await page.getByRole("searchbox").fill("loyalty");
    await arrived(page, /q=loyalty/);
    await page.locator(".rendered a", { hasText: "button colour" }).waitFor({ state: "detached" });
    await page.locator(".rendered a", { hasText: "points in the basket" }).first().click();
    await arrived(page, /\/experiments\/[\w-]+$/);
    await page.locator("h1", { hasText: "points in the basket" }).waitFor();
  },
  async environments(page) {
    const name = `touched-${(number += 1)}`;
    await page.locator("#name").fill(name);
    await page.locator("form.inline-form button[type=submit]").click();
    await page.locator(".rendered a", { hasText: name }).waitFor();
    assert.ok((await environments()).includes(name));
  },
};

/** Opens a page, and lists the documents that it loads, and its questions. */
async function opened(path, prepare, context) {
  const page = await context.newPage();
  const documents = [];
  page.on("request", (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) documents.push(request.url());
  });
  page.on("dialog", (dialog) => {
    documents.push(dialog.message());
    return dialog.dismiss();
  });
  await prepare(page);
  await page.goto(stage.address + path, { waitUntil: "commit" });
  return { page, documents };
}

/** Uses all pages after `touch`: `prepare` changes what the browser loads, `afterwards` the page that works. */
async function useAll({ prepare = () => {}, afterwards = () => {} }) {
  const context = await newContext(stage.browser);
  for (const [name, use] of Object.entries(USES)) {
    const { page, documents } = await opened(paths[name], prepare, context);
    await alive(page);
    await afterwards(page);
    await use(page);
    // A link to another page is followed within the page.
    await page.locator("nav a").first().click();
    await arrived(page, (url) => url.pathname === "/");
    await page.locator("h1", { hasText: "Overview" }).waitFor();
    assert.equal(documents.length, 1, `${name}: ${documents}`);
    await page.close();
  }
  await context.close();
}

/** Changes the HTML of pages, as proxies do. */
const rewriting = (rewrite) => (page) =>
  page.route(
    (url) => url.origin === stage.address && !/^\/(?:-|api|assets)\//.test(url.pathname),
    async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: rewrite(await response.text()) });
    },
  );

/** Runs a function in the page as soon as the document was read. */
const onceRead = (change) => (page) =>
  page.addInitScript(`document.addEventListener("DOMContentLoaded", () => (${change})(), { once: true })`);

/** Runs a function in the page while the module is compiled, just before the page is rendered. */
const onceLoaded = (change) => (page) =>
  page.addInitScript(`{
    const { compileStreaming } = WebAssembly;
    WebAssembly.compileStreaming = async (...values) => {
      const module = await compileStreaming(...values);
      if (document.readyState === "loading") await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve));
      (${change})();
      return module;
    };
  }`);

/** What extensions and others do in the page. The functions run in the page, so each is complete in itself. */
const TOUCHES = {
  "elements first and last in the body, and attributes": () => {
    document.documentElement.setAttribute("data-extension", "installed");
    document.body.setAttribute("data-gr-ext-installed", "");
    document.body.prepend(document.createElement("grammarly-extension"));
    document.body.append(Object.assign(document.createElement("iframe"), { srcdoc: "<p>An extension", hidden: true }));
  },
  "icons and attributes of a password manager at inputs": () => {
    for (const input of document.querySelectorAll("input, textarea")) {
      input.setAttribute("data-lpignore", "true");
      input.style.backgroundImage = "none";
      const icon = document.createElement("div");
      icon.attachShadow({ mode: "open" }).innerHTML = "<button type=button>*</button>";
      input.after(icon);
      input.parentElement.prepend(document.createElement("span"));
    }
  },
  "colours of a dark mode": () => {
    document.head.append(Object.assign(document.createElement("style"), { className: "darkreader" }));
    for (const element of document.body.querySelectorAll("*")) {
      element.setAttribute("data-darkreader-inline-color", "");
      element.style?.setProperty("--darkreader-inline-color", "#fff");
    }
  },
  "texts and comments that are gone": () => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_COMMENT);
    const comments = [];
    while (walker.nextNode()) comments.push(walker.currentNode);
    for (const comment of comments) comment.remove();
    document.querySelector("main p, main a")?.remove();
  },
  "a body that was written anew": () => {
    const { body } = document;
    body.innerHTML = `${body.innerHTML}<p>Something else</p>`;
  },
  translation: () => {
    // As browsers' translations do: each text is replaced by two nested elements.
    const translate = (root) => {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      const texts = [];
      while (walker.nextNode()) {
        const { data, parentElement } = walker.currentNode;
        if (data.trim() && !parentElement.closest("font, script, style, textarea, option")) texts.push(walker.currentNode);
      }
      for (const text of texts) {
        const outer = document.createElement("font");
        const inner = outer.appendChild(document.createElement("font"));
        inner.textContent = text.data.replace(/\S+/, (word) => `«${word}»`);
        text.replaceWith(outer);
      }
    };
    translate(document.body);
    new MutationObserver((records) => {
      for (const { target, addedNodes } of records) {
        if (addedNodes.length > 0 && target.isConnected && !target.closest?.("font")) translate(target);
      }
    }).observe(document.body, { childList: true, subtree: true });
  },
};

for (const [name, touch] of Object.entries(TOUCHES)) {
  test(`pages work with ${name}: before`, { timeout: 120_000 }, () => useAll({ prepare: onceRead(touch) }));
  test(`pages work with ${name}: just before they are rendered`, { timeout: 120_000 }, () => useAll({ prepare: onceLoaded(touch) }));
  test(`pages work with ${name}: after`, { timeout: 120_000 }, () => useAll({ afterwards: (page) => page.evaluate(touch) }));
}

/** What strangers do to texts. The functions run in the page. */
const TEXT_TOUCHES = {
  translated: TOUCHES.translation,
  highlighted: () => {
    for (const heading of document.querySelectorAll("h1, h2")) {
      const text = [...heading.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.length > 4);
      const mark = document.createElement("mark");
      const rest = text?.splitText(3);
      text?.after(mark);
      if (rest) mark.append(rest);
    }
  },
  "written anew": () => {
    for (const heading of document.querySelectorAll("h1, h2")) heading.textContent = `${heading.textContent} (converted)`;
  },
};

for (const [name, touch] of Object.entries(TEXT_TOUCHES)) {
  test(`texts that are ${name} keep up with what they show`, { timeout: 60_000 }, async () => {
    const context = await newContext(stage.browser);
    const { page } = await opened(paths.experiment, () => {}, context);
    await alive(page);
    const heading = page.locator("h1");
    const before = await heading.textContent();
    await page.evaluate(touch);
    assert.match(await heading.innerHTML(), /<font>|<mark>|converted/);
    await page.getByRole("button", { name: "Edit" }).first().click();
    const region = page.locator(".details-form");
    for (const rename of ["Renamed once", "Renamed twice", before]) {
      await region.locator("#experiment-name").fill(rename);
      await page.locator(".part-state", { hasText: "changes" }).first().waitFor();
      await page.locator("section", { has: region }).getByRole("button", { name: "Save" }).click();
      await page.locator("h1", { hasText: rename.slice(-5) }).waitFor();
      assert.equal((await heading.textContent()).replace(/[«»]/g, ""), rename);
      await page.getByRole("button", { name: "Edit" }).first().click();
    }
    await context.close();
  });
}

test("what strangers remove comes back, and translations can be taken back", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  const { page } = await opened(paths.environments, () => {}, context);
  await alive(page);
  const texts = await page.locator("main").innerText();
  await page.evaluate(() => {
    document.querySelector("main form").remove();
    document.querySelector("main h1").outerHTML = "<h1>A copy</h1>";
    document.querySelector("main").innerHTML += "";
    document.querySelector("#dashboard").remove();
  });
  assert.equal(await page.locator("main").innerText(), texts);
  await USES.environments(page);

  // A translation, and then the original, as browsers offer it.
  const original = await page.locator("main").innerText();
  await page.evaluate(() => {
    const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    globalThis.translated = [];
    while (walker.nextNode()) globalThis.translated.push([walker.currentNode, document.createElement("font")]);
    for (const [text, font] of globalThis.translated) {
      font.textContent = text.data.toUpperCase();
      text.replaceWith(font);
    }
  });
  assert.equal(await page.locator("main").innerText(), original.toUpperCase());
  await page.evaluate(() => {
    for (const [text, font] of globalThis.translated) font.replaceWith(text);
  });
  assert.equal(await page.locator("main").innerText(), original);
  await USES.environments(page);
  await context.close();
});

test("pages work behind proxies that rewrite them", { timeout: 120_000 }, async () => {
  const minified = (html) =>
    html
      .replace(/<!--.*?-->|<!>/gs, "")
      .replace(/>\s+</g, "><")
      .replace(/<\/(?:li|p|option|tr|td|th|tbody|thead|dt|dd|body|html)>/g, "")
      .replace("<body>", "<body><script>globalThis.injected = true</script><div>Served by a proxy</div>");
  await useAll({ prepare: rewriting(minified) });
  // Without the responses that the page contains, the page asks for them.
  await useAll({ prepare: rewriting((html) => html.replace(/__RESOLVED_RESOURCES/g, "nothing")) });
});

test("pages work if the module arrives with another content type", { timeout: 120_000 }, async () => {
  const prepare = (page) =>
    page.route("**/*.wasm", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), "content-type": "application/octet-stream" } });
    });
  await useAll({ prepare });
});

/** Holds the module back. Returns the function that lets it through. */
async function holdModule(page) {
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  await page.route("**/*.wasm", async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

test("what a person enters and presses before the page works is kept", { timeout: 120_000 }, async () => {
  const context = await newContext(stage.browser);
  let release;
  const prepare = async (page) => {
    release = await holdModule(page);
  };
  const list = await opened("/experiments?status=RUNNING", prepare, context);
  const search = list.page.getByRole("searchbox");
  await search.pressSequentially("button");
  await list.page.getByLabel("Status").selectOption("");
  await search.focus();
  await search.evaluate((input) => input.setSelectionRange(2, 4));
  release();
  await alive(list.page);
  assert.equal(await search.inputValue(), "button");
  const selected = await search.evaluate((input) => [document.activeElement === input, input.selectionStart, input.selectionEnd]);
  assert.deepEqual(selected, [true, 2, 4]);
  await arrived(list.page, (url) => url.searchParams.get("q") === "button" && !url.searchParams.has("status"));

  const [{ id }] = (await stage.api("GET", "environments?page=1&pageSize=100")).data;
  const wizard = await opened(`/experiments/new?environment=${id}`, prepare, context);
  const [title, about] = ["#name", "#description"].map((input) => wizard.page.locator(input));
  await title.fill("Named early");
  await about.pressSequentially("Described early");
  release();
  await alive(wizard.page);
  assert.equal(await about.evaluate((input) => document.activeElement === input), true);
  await about.pressSequentially(", and late");
  assert.deepEqual([await title.inputValue(), await about.inputValue()], ["Named early", "Described early, and late"]);
  await wizard.page.getByRole("button", { name: "Next" }).click();
  await wizard.page.getByRole("region", { name: "Define the variants" }).waitFor();
  await wizard.page.close({ runBeforeUnload: false });

  const { page } = await opened(paths.experiment, prepare, context);
  const edit = page.getByRole("button", { name: "Edit", exact: true }).first();
  await edit.click();
  await edit.click();
  assert.equal(await edit.getAttribute("aria-busy"), "true");
  release();
  await page.locator("#experiment-description").waitFor();

  const form = await opened(paths.environments, prepare, context);
  const name = `early-${(number += 1)}`;
  await form.page.locator("#name").fill(name);
  await form.page.locator("#name").press("Enter");
  assert.ok(!(await environments()).includes(name));
  release();
  await form.page.locator(".rendered a", { hasText: name }).waitFor();
  assert.equal((await environments()).filter((other) => other === name).length, 1);
  assert.equal(form.documents.length, 1);
  await context.close();
});

test("a text in composition is not interrupted", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  let release;
  const { page } = await opened("/experiments", async (page) => (release = await holdModule(page)), context);
  const search = page.getByRole("searchbox");
  await search.focus();
  await page.evaluate(() => document.activeElement.dispatchEvent(new Event("compositionstart", { bubbles: true })));
  await search.evaluate((input) => (input.dataset.first = ""));
  const loaded = page.waitForEvent("requestfinished", (request) => request.url().endsWith("/api/stream") || request.url().endsWith(".wasm"));
  release();
  await loaded;
  await search.pressSequentially("green");
  assert.equal(await page.locator("input[data-first]").inputValue(), "green");
  await page.evaluate(() => document.activeElement.dispatchEvent(new Event("compositionend", { bubbles: true })));
  await alive(page);
  assert.equal(await search.inputValue(), "green");
  await context.close();
});

/** Makes the module fail `times` times, from the moment on at which `globalThis.armed` is set. */
const failing = (times, isArmed) => (page) =>
  page.addInitScript(
    `{
      let times = ${times};
      globalThis.armed = ${isArmed};
      const { createTextNode } = Document.prototype;
      Document.prototype.createTextNode = function (text) {
        if (!globalThis.armed || times <= 0) return createTextNode.call(this, text);
        times -= 1;
        throw new Error("a fault of the test");
      };
    }`,
  );

/** Lets the module fail from now on, and asks it for another page by a click that another script has made. */
const arm = (page) =>
  page.evaluate(() => {
    globalThis.armed = true;
    document.querySelector("nav a").click();
  });

test("after a fault the page is rendered anew, with what was entered", { timeout: 120_000 }, async () => {
  const context = await newContext(stage.browser);
  // While the page is rendered.
  const first = await opened(paths.environments, failing(1, true), context);
  await alive(first.page);
  await USES.environments(first.page);
  assert.equal(first.documents.length, 1);

  // While the page is used.
  const { page, documents } = await opened(paths.environments, failing(1, false), context);
  await alive(page);
  await page.locator("#name").fill("kept");
  await arm(page);
  await page.getByText("The page had a fault and was loaded again").waitFor();
  assert.equal(await page.locator("#name").inputValue(), "kept");
  await USES.environments(page);
  await page.locator("nav a").first().click();
  await page.locator("h1", { hasText: "Overview" }).waitFor();
  assert.equal(documents.length, 1);
  await context.close();
});

test("after too many faults, the browser follows links and submits forms itself", { timeout: 60_000 }, async () => {
  const context = await newContext(stage.browser);
  for (const use of [
    (page) => page.locator("nav a", { hasText: "Experiments" }).click(),
    async (page) => {
      await page.locator("#name").fill(`after-${(number += 1)}`);
      await page.locator("form.inline-form button[type=submit]").click();
    },
  ]) {
    const { page, documents } = await opened(paths.environments, failing(Infinity, false), context);
    await alive(page);
    await arm(page);
    await page.locator("html[data-plain]").waitFor({ state: "attached" });
    await use(page);
    await until(() => documents.length, (count) => count > 1);
    // The next page starts as usual.
    await alive(page);
    await page.close();
  }
  assert.ok((await environments()).includes(`after-${number}`));
  await context.close();
});

test("a page without a working module is made of links and forms", { timeout: 180_000 }, async () => {
  const context = await newContext(stage.browser);
  const blocked = (ending) => (page) => page.route(`**/*.${ending}`, (route) => route.abort());
  const prepared = {
    "the module is blocked": blocked("wasm"),
    "the script is blocked": blocked("js"),
    "no script runs": rewriting((html) => html.replace(/ nonce="[^"]*"/g, "")),
    "the module always fails": failing(Infinity, true),
  };
  for (const [name, prepare] of Object.entries(prepared)) {
    const { page } = await opened(paths.environments, prepare, context);
    await page.locator("html[data-plain]").waitFor({ state: "attached" });
    await page.locator("nav a", { hasText: "Experiments" }).click();
    await page.locator("h1", { hasText: "Experiments" }).waitFor();
    assert.equal(new URL(page.url()).pathname, "/experiments", name);
    // The button that needs no script is there.
    await page.getByRole("button", { name: "Search" }).waitFor();
    await page.locator("nav a", { hasText: "Environments" }).click();
    const environment = `plain-${(number += 1)}`;
    await page.locator("#name").fill(environment);
    await page.locator("form.inline-form button[type=submit]").click();
    await page.locator(".rendered a", { hasText: environment }).waitFor();
    assert.ok((await environments()).includes(environment), name);
    await page.close();
  }
  await context.close();
});

test("pages are compressed, and forbid others to change them", { timeout: 60_000 }, async () => {
  for (const path of [...Object.values(paths), "/nowhere"]) {
    const response = await fetch(stage.address + path, { headers: { accept: "text/html", "accept-encoding": "br" } });
    assert.equal(response.headers.get("cache-control"), "no-store, no-transform", path);
    assert.equal(response.headers.get("content-encoding"), "br", path);
    const plain = await fetch(stage.address + path, { headers: { accept: "text/html", "accept-encoding": "identity" } });
    assert.equal(plain.headers.get("cache-control"), "no-store, no-transform", path);
    assert.equal(plain.headers.get("content-encoding"), null, path);
    assert.equal(await plain.text().then((text) => text.length > 1000), true);
  }
});
