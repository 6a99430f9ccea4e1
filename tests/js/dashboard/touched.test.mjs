// The dashboard works, whoever touches its pages: extensions, translations, proxies.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { alive, newContext } from "./stage.mjs";
import { arrived, openUses } from "./uses.mjs";

let stage;
let all;

before(async () => {
  all = await openUses();
  stage = all.stage;
});

after(() => stage?.close());

/** Uses all pages after `touch`: `prepare` changes what the browser loads, `afterwards` the page that works. */
async function useAll({ prepare = () => {}, afterwards = () => {} }) {
  const context = await newContext(stage.browser);
  for (const [name, use] of Object.entries(all.uses)) {
    const { page, documents } = await all.opened(all.paths[name], prepare, context);
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

/** Runs a function in the page as soon as the document was read. */
const onceRead = (change) => (page) =>
  page.addInitScript(`document.addEventListener("DOMContentLoaded", () => (${change})(), { once: true })`);

/** Runs a function in the page while the first file of the module is compiled, just before the page is rendered. */
const onceLoaded = (change) => (page) =>
  page.addInitScript(`{
    const { compileStreaming } = WebAssembly;
    let isChanged = false;
    WebAssembly.compileStreaming = async (...values) => {
      const module = await compileStreaming(...values);
      if (document.readyState === "loading") await new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve));
      if (!isChanged) (${change})();
      isChanged = true;
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
    const { page } = await all.opened(all.paths.experiment, () => {}, context);
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
  const { page } = await all.opened(all.paths.newEnvironment, () => {}, context);
  await alive(page);
  const texts = await page.locator("main").innerText();
  await page.evaluate(() => {
    document.querySelector("main form").remove();
    document.querySelector("main h1").outerHTML = "<h1>A copy</h1>";
    document.querySelector("main").innerHTML += "";
    document.querySelector("#dashboard").remove();
  });
  assert.equal(await page.locator("main").innerText(), texts);
  await page.locator("nav a[href$='/environments']").click();
  await all.uses.environments(page);

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
  await all.uses.environments(page);
  await context.close();
});

test("pages work behind proxies that rewrite them", { timeout: 120_000 }, async () => {
  const minified = (html) =>
    html
      .replace(/<!--.*?-->|<!>/gs, "")
      .replace(/>\s+</g, "><")
      .replace(/<\/(?:li|p|option|tr|td|th|tbody|thead|dt|dd|body|html)>/g, "")
      .replace("<body>", "<body><script>globalThis.injected = true</script><div>Served by a proxy</div>");
  await useAll({ prepare: all.rewriting(minified) });
  // Without the responses that the page contains, the page asks for them.
  await useAll({ prepare: all.rewriting((html) => html.replace(/__RESOLVED_RESOURCES/g, "nothing")) });
});

test("pages work if the module arrives with another content type", { timeout: 120_000 }, async () => {
  const prepare = (page) =>
    page.route("**/*.wasm", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), "content-type": "application/octet-stream" } });
    });
  await useAll({ prepare });
});
