// Details of all pages: lists and forms that work alike, times, the theme, navigation, small screens, and what works without scripts.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import axe from "axe-core";

import { boxOf, newContext, open, openStage, pagesOf } from "./stage.mjs";

let stage;
let pages;

before(async () => {
  stage = await openStage("--demo");
  pages = await pagesOf(stage);
});

after(() => stage?.close());

const urlOf = (name) => stage.address + pages.find((page) => page.name === name).path;

/** Runs a test with a page, and closes the page. */
async function withPage(options, use) {
  const context = await newContext(stage.browser, options);
  try {
    await use(await context.newPage(), context);
  } finally {
    await context.close();
  }
}

/** Creates a draft with two variants and half of the users. Returns the path of its page. */
async function createDraft(key) {
  const { data } = await stage.api("GET", "environments?page=1&pageSize=100");
  const created = await stage.api("POST", "experiments", {
    environmentId: data.find(({ name }) => name === "staging").id,
    name: `Draft ${key}`,
    key,
    variants: ["on", "off"].map((variant) => ({ key: variant, name: variant })),
    allocations: [{ variant: "on", rangeStart: 0, rangeEnd: 4999 }],
  });
  return `/experiments/${created.id}`;
}

test("an audience is saved and discarded like a part of an experiment", { timeout: 120_000 }, async () => {
  await withPage({}, async (page) => {
    await open(page, urlOf("audience"));
    const [name, save] = [page.getByLabel("Name", { exact: true }), page.getByRole("button", { name: "Save" })];
    const discard = page.getByRole("button", { name: "Discard" });
    const before = await name.inputValue();
    assert.deepEqual([await save.isDisabled(), await discard.isDisabled()], [true, true]);
    await name.fill("Something else");
    await page.getByRole("button", { name: "And: add a condition" }).first().click();
    await page.getByText("Unsaved changes").waitFor();
    const conditions = await page.getByLabel("Attribute").count();
    assert.deepEqual([await save.isDisabled(), await discard.isDisabled()], [false, false]);
    await discard.click();
    assert.equal(await name.inputValue(), before);
    assert.equal(await page.getByLabel("Attribute").count(), conditions - 1);
    assert.deepEqual([await save.isDisabled(), await discard.isDisabled()], [true, true]);
  });
});

test("the rows of all lists are links, and each list has a link to add to it", { timeout: 120_000 }, async () => {
  await withPage({}, async (page) => {
    for (const list of ["experiments", "audiences", "environments"]) {
      await open(page, urlOf(list));
      const row = page.locator("tbody tr").first();
      const name = await row.getByRole("link").first().innerText();
      const { width, height } = await boxOf(row);
      // A place without text.
      await row.click({ position: { x: width * 0.97, y: height - 3 } });
      await page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
      await open(page, urlOf(list));
      const title = `New ${list.slice(0, -1)}`;
      await page.locator(".page-head").getByRole("link", { name: title }).click();
      await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
      assert.equal(new URL(page.url()).pathname, `/${list}/new`);
    }
  });
});

test("without scripts, an experiment is launched, paused, resumed and archived", { timeout: 120_000 }, async () => {
  const path = await createDraft("without-scripts");
  const status = async () => (await stage.api("GET", path.slice(1))).status;
  await withPage({ javaScriptEnabled: false }, async (page) => {
    await page.goto(stage.address + path);
    for (const [button, words, becomes] of [
      ["Launch", "In staging, 50 % of users will get a variant.", "RUNNING"],
      ["Pause", "Users get no variant until the experiment is resumed.", "PAUSED"],
      ["Resume", "In staging, 50 % of users will get a variant.", "RUNNING"],
    ]) {
      await page.locator(".plain-status").getByText(words).waitFor();
      await page.getByRole("button", { name: button, exact: true }).click();
      await page.getByRole("button", { name: button, exact: true }).waitFor({ state: "detached" });
      assert.equal(new URL(page.url()).pathname, path);
      assert.equal(await status(), becomes);
    }
    // A form of a page that is out of date changes nothing, and the page says why.
    await stage.api("PATCH", `${path.slice(1)}/status`, { status: "PAUSED" });
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await page.getByRole("alert").first().waitFor();
    assert.equal(await status(), "PAUSED");
    await page.locator(".plain-status").getByText("Archiving is permanent: users no longer get a variant").waitFor();
    await page.getByLabel("I understand that archiving is permanent").check();
    await page.getByRole("button", { name: "Archive permanently" }).click();
    await page.getByText("This experiment is archived").waitFor();
    assert.equal(await status(), "ARCHIVED");
  });
  await withPage({}, async (page) => {
    await open(page, urlOf("experiment"));
    assert.equal(await page.getByRole("heading", { name: "Status" }).count(), 0);
  });
});

test("that the server cannot be reached is said until it is reached", { timeout: 120_000 }, async () => {
  await withPage({}, async (page) => {
    await open(page, urlOf("experiment"));
    await page.route("**/-/experiment/change", (route) => route.abort());
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    const toast = page.getByRole("status").getByText("The server cannot be reached");
    await toast.waitFor();
    await page.unroute("**/-/experiment/change");
    await page.getByRole("button", { name: "Pause", exact: true }).click();
    await page.getByRole("status").getByText("Experiment paused").waitFor();
    assert.equal(await toast.count(), 0);
    await page.getByRole("button", { name: "Resume", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Resume", exact: true }).click();
    await page.getByRole("button", { name: "Pause", exact: true }).waitFor();

    // A note in the page.
    const split = page.getByRole("region", { name: "Split" });
    await page.route("**/-/experiment/change", (route) => route.abort());
    await split.locator("[aria-pressed=false]").first().click();
    await split.getByRole("button", { name: "Save split" }).click();
    await split.getByText("The server cannot be reached").waitFor();
    // The stream says that the server is there.
    const { data } = await stage.api("GET", "environments?page=1&pageSize=100");
    await stage.api("POST", "experiments", {
      environmentId: data.find(({ name }) => name === "staging").id,
      name: "Another",
      key: "another",
      status: "RUNNING",
      variants: [{ key: "on", name: "on" }],
    });
    await split.getByText("The server cannot be reached").waitFor({ state: "detached" });
  });
});

for (const size of ["desktop", "phone"]) {
  test(`a success does not lie over Save: ${size}`, { timeout: 120_000 }, async () => {
    await withPage({ size }, async (page) => {
      await open(page, urlOf("experiment"));
      await page.getByRole("button", { name: "Copy the key" }).click();
      const toast = page.locator(".toast");
      await toast.waitFor();
      for (const save of await page.getByRole("button", { name: /^Save/ }).all()) {
        for (const block of ["start", "center", "end"]) {
          const hit = await save.evaluate((save, block) => {
            save.scrollIntoView({ block });
            const { left, top, width, height } = save.getBoundingClientRect();
            return document.elementFromPoint(left + width / 2, top + height / 2)?.closest(".toast") === null;
          }, block);
          assert.ok(hit, `${await save.innerText()} at the ${block}`);
        }
      }
    });
  });
}

test("at 320 px nothing is cut off or covered, and no input makes a phone zoom", { timeout: 120_000 }, async () => {
  await withPage({ viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true }, async (page) => {
    const found = [];
    for (const { name, path } of pages) {
      await open(page, stage.address + path);
      const problems = await page.evaluate(() => {
        const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.offsetWidth > 1;
        const all = (selector) => [...document.querySelectorAll(selector)].filter(isShown);
        const inside = ({ left, right }) => left >= 0 && right <= document.documentElement.clientWidth;
        const words = (element) => element.textContent.trim() || element.name;
        const overlap = (one, other) => one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
        const textOf = (element) => {
          const range = document.createRange();
          range.selectNodeContents(element);
          return range.getBoundingClientRect();
        };
        const covered = all(".versions tbody tr").flatMap((row) => {
          const parts = [...row.querySelectorAll("a, .pill, time")];
          const pairs = parts.flatMap((one, place) => parts.slice(place + 1).map((other) => [one, other]));
          return pairs.filter(([one, other]) => overlap(textOf(one), textOf(other))).map(([one, other]) => `${words(one)}: ${words(other)}`);
        });
        return {
          outside: all("nav a, .filters *, .audience-filter select, .choice a, .whole-row, .pill, button, input, select, textarea")
            .filter((element) => !inside(element.getBoundingClientRect()))
            .map(words),
          // The names of audiences are as long as people made them.
          cut: all(".filters select, .audience-filter select, .whole-row, .side nav a").filter((element) => element.scrollWidth > element.clientWidth + 1).map(words),
          small: all("input:not([type=checkbox], [type=radio]), select, textarea")
            .filter((element) => parseFloat(getComputedStyle(element).fontSize) < 16)
            .map((element) => element.outerHTML.slice(0, 80)),
          covered,
          wide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
        };
      });
      found.push(...Object.entries(problems).filter(([, problem]) => problem === true || problem.length > 0).map((problem) => [name, ...problem]));
    }
    assert.deepEqual(found, []);
  });
});

test("a page that a link opens is announced by its heading and title", { timeout: 120_000 }, async () => {
  await withPage({}, async (page) => {
    await open(page, urlOf("experiments"));
    const focused = () => page.evaluate(() => document.activeElement.tagName + document.activeElement.textContent);
    assert.equal((await focused()).slice(0, 4), "BODY", "the browser announces the first page itself");
    await page.getByRole("link", { name: "Checkout button colour" }).focus();
    await page.keyboard.press("Enter");
    await page.locator("h1:focus").filter({ hasText: "Checkout button colour" }).waitFor();
    assert.equal(await page.title(), "Checkout button colour · Edgewise");
    await page.goBack();
    await page.locator("h1:focus").filter({ hasText: "Experiments" }).waitFor();
    // A filter of the list keeps the focus.
    await page.getByRole("searchbox").fill("checkout");
    await page.waitForURL(/q=checkout/);
    assert.ok(await page.getByRole("searchbox").evaluate((search) => search === document.activeElement));
  });
});

test("times keep up with the clock, and the exact local time is reached by keyboard and by touch", { timeout: 120_000 }, async () => {
  await withPage({ timezoneId: "Asia/Tokyo", locale: "en-GB", hasTouch: true }, async (page) => {
    await page.clock.install();
    await page.clock.resume();
    await open(page, urlOf("experiment"));
    const time = page.locator("main time").first();
    const at = await time.getAttribute("datetime");
    const minutes = async () => {
      const [, count, unit] = /^(\d+) (min|h|d) ago$/.exec(await time.innerText()) ?? [0, 0, "min"];
      return Number(count) * { min: 1, h: 60, d: 1440 }[unit];
    };
    const before = await minutes();
    await page.clock.fastForward("49:00:00");
    await page.waitForFunction((before) => document.querySelector("main time").textContent !== before, `${before}`);
    assert.ok((await minutes()) >= before + 2 * 1440 - 60, `${before} minutes before, ${await time.innerText()} now`);

    const local = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Tokyo", hour: "numeric", minute: "2-digit" }).format(new Date(at));
    const bubble = page.locator(".exact-time");
    await time.focus();
    assert.match(await bubble.innerText(), new RegExp(`${local}.*GMT\\+9`));
    assert.equal(await time.getAttribute("title"), await bubble.innerText());
    await page.keyboard.press("Escape");
    await bubble.waitFor({ state: "detached" });
    await time.tap();
    assert.match(await bubble.innerText(), new RegExp(local));
    await page.getByRole("heading", { level: 1 }).tap();
    await bubble.waitFor({ state: "detached" });
  });
});

test("the theme returns to the system's", { timeout: 120_000 }, async () => {
  await withPage({ theme: "dark" }, async (page, context) => {
    await open(page, stage.address);
    const theme = page.getByRole("button", { name: "Theme" });
    const label = (chosen) => page.getByRole("button", { name: `Theme: ${chosen}.` }).waitFor();
    await label("the system's");
    for (const [chosen, cookies] of [
      ["light", ["light"]],
      ["dark", ["dark"]],
      ["the system's", []],
    ]) {
      await theme.click();
      await label(chosen);
      assert.deepEqual((await context.cookies()).map(({ value }) => value), cookies);
      await page.reload();
      await label(chosen);
    }
    assert.equal(await page.locator("html").getAttribute("data-theme"), null);
  });
});

test("a disabled link of the pages has no prohibited attribute", { timeout: 120_000 }, async () => {
  await withPage({}, async (page) => {
    await open(page, `${urlOf("audiences")}?page=2`);
    await page.getByRole("link", { name: "Next page" }).and(page.locator("[aria-disabled=true]")).waitFor();
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["aria-prohibited-attr", "aria-allowed-attr", "link-name"] }));
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
  });
});

test("the labels below the bar are at their places, and its hatch can be seen", { timeout: 120_000 }, async () => {
  for (const theme of ["light", "dark"]) {
    await withPage({ theme }, async (page) => {
      await open(page, urlOf("experiment"));
      const [places, contrast] = await page.evaluate(() => {
        const scale = document.querySelector(".split-scale");
        const { left, width } = document.querySelector(".split-track").getBoundingClientRect();
        const textOf = (label) => {
          const range = document.createRange();
          range.selectNodeContents(label);
          return range.getBoundingClientRect();
        };
        const middle = (label) => (textOf(label).left + textOf(label).width / 2 - left) / width;
        const hatch = getComputedStyle(document.querySelector(".swatch.unallocated")).backgroundImage;
        const luminance = (colour) =>
          colour.match(/[\d.]+/g).slice(0, 3)
            .map((part) => part / 255)
            .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
            .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
        const [low, high] = hatch.match(/rgb[^)]+\)/g).map(luminance).sort((one, other) => one - other).filter((_, place, all) => place % (all.length - 1) === 0);
        return [[...scale.children].slice(1, 4).map((label) => Math.round(middle(label) * 1000) / 10), (high + 0.05) / (low + 0.05)];
      });
      for (const [place, at] of places.entries()) assert.ok(Math.abs(at - 25 * (place + 1)) < 1, `${places}`);
      assert.ok(contrast >= 2.5, `${theme}: ${contrast}`);
    });
  }
});

test("one thing has one word", { timeout: 120_000 }, async () => {
  await withPage({}, async (page) => {
    for (const { path, name } of pages) {
      await open(page, stage.address + path);
      const words = await page.locator("main").textContent();
      for (const other of [/Allocation/, /[Aa]llocated/, /[Aa]ll users/]) assert.doesNotMatch(words, other, name);
    }
    await open(page, urlOf("experiment"));
    await page.getByRole("button", { name: "Save split" }).waitFor();
    assert.equal(await page.locator("#audience option").first().textContent(), "Everyone");
  });
});
