// Ages that keep up with the clock, and exact times in the reader's time zone.

/** How often ages are updated, in ms. */
const TICK_MS = 15_000;
/** The units of ages: seconds and name, as in time.rs. */
const UNITS = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
];

const bubble = document.createElement("div");
let isStarted = false;

/** Starts to update all ages of the page, and to show exact times. Further calls have no effect. */
export function start() {
  if (isStarted) return;
  isStarted = true;
  bubble.className = "exact-time";
  // Screen readers read the same text as the title of the time.
  bubble.ariaHidden = "true";
  setInterval(tick, TICK_MS);
  for (const type of ["pointerover", "focusin", "click"]) document.addEventListener(type, show);
  document.addEventListener("visibilitychange", tick);
  document.addEventListener("focusout", hide);
  document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
}

function tick() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    const at = Date.parse(time.dateTime);
    const words = describe((Date.now() - at) / 1_000);
    // Nothing is written needlessly: translations and selections stay.
    if (at && time.textContent !== words) time.textContent = words;
  }
}

function describe(seconds) {
  const unit = UNITS.find(([length]) => seconds >= length);
  return unit ? `${Math.floor(seconds / unit[0])} ${unit[1]} ago` : "just now";
}

/** Gives the time its exact title. Pointers that hover see the title; others, and the focus, see it below the time. */
function show({ target, type }) {
  if (type !== "pointerover") hide();
  const time = target.closest?.("time[datetime]");
  const at = new Date(time?.dateTime ?? NaN);
  if (isNaN(at)) return;
  const parts = { year: "numeric", month: "short", day: "numeric", hour: "numeric", minute: "2-digit", second: "2-digit" };
  time.title = at.toLocaleString(undefined, { ...parts, timeZoneName: "short" });
  if (type === "pointerover") return;
  bubble.textContent = time.title;
  (time.closest("dialog") ?? document.body).append(bubble);
  const { left, bottom } = time.getBoundingClientRect();
  const { left: originLeft, top: originTop } = bubble.offsetParent?.getBoundingClientRect() ?? { left: 0, top: 0 };
  bubble.style.left = `${Math.max(8, Math.min(left, innerWidth - bubble.offsetWidth - 8)) - originLeft}px`;
  bubble.style.top = `${bottom + 4 - originTop}px`;
}

function hide() {
  bubble.remove();
}
