// Runs before anything of the page is displayed: holds what a person does before the page works, and loads `start.js`. The
// server writes this function into each page, without comments and indentation, and calls it.
((script, module, parts) => {
  // How long a submitted form waits for the module before the browser submits the form itself, in ms.
  const PATIENCE_MS = 8000;
  const held = new Set();
  const page = { state: "waiting", held, take() {} };
  globalThis.edgewise = page;
  delete document.documentElement.dataset.plain;

  function hold(element) {
    held.add(element);
    element.setAttribute("aria-busy", "true");
  }

  // What only the module can save is inert until scripts run, and again if the module does not work.
  function setInert(isInert) {
    for (const parts of document.querySelectorAll("fieldset[data-awaits-script]")) parts.disabled = isInert;
  }

  // Without the module, the page is made of links and forms, as without scripts.
  function plain() {
    page.state = "plain";
    document.documentElement.dataset.plain = "";
    setInert(true);
    for (const element of held) {
      element.removeAttribute("aria-busy");
      if (element.type !== "button") (element.form ?? element).requestSubmit?.(element.form && element);
    }
    held.clear();
  }

  addEventListener("DOMContentLoaded", () => page.state === "plain" || setInert(false));
  addEventListener("click", ({ target }) => {
    const button = page.state === "waiting" && target.closest?.("button[type=button]");
    if (button) hold(button);
  }, true);
  addEventListener("submit", (event) => {
    if (page.state !== "waiting" || event.target.method !== "post") return;
    event.preventDefault();
    hold(event.submitter ?? event.target);
    setTimeout(() => page.state === "waiting" && plain(), PATIENCE_MS);
  }, true);
  import(script).then(({ start }) => start(module, parts)).catch((fault) => {
    console.error(fault);
    plain();
  });
})
