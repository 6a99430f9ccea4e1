// Replaces what the page displays by a new rendering of it, and keeps what a person has entered.

const CONTROLS = "input:not([type=hidden]), select, textarea";

/**
 * Replaces `old` by `fresh`. Entries, focus, scroll positions stay. `isServed` says that `old` is what the server rendered: an
 * entry is then what differs from the attributes, otherwise what differs from `fresh`.
 *
 * Returns a function that finds the element of `fresh` that corresponds to an element of `old`.
 */
export function handOver(old, fresh, isServed) {
  const state = stateOf(old, isServed);
  old.replaceWith(fresh);
  return state.passTo(fresh);
}

/**
 * Returns what a person has done to `old`. When `fresh` has taken the place of `old`, `passTo(fresh)` does the same to `fresh`, and
 * returns the function that finds corresponding elements.
 */
export function stateOf(old, isServed) {
  const controls = [...old.querySelectorAll(CONTROLS)];
  const scrolled = [...old.querySelectorAll("*")].filter((one) => one.scrollTop || one.scrollLeft);
  const positions = scrolled.map((one) => [one, one.scrollLeft, one.scrollTop]);
  const focused = old.contains(document.activeElement) ? document.activeElement : undefined;
  // `null` for everything but texts.
  const selection = focused?.selectionStart != null && [focused.selectionStart, focused.selectionEnd];
  const passTo = (fresh) => {
    const twin = twins(old, fresh);
    const pairs = controls.map((control) => [control, twin(control)]).filter(([, other]) => other);
    const entries = pairs.filter(([control, other]) => (isServed ? isChanged(control) : isDifferent(control, other)));
    for (const [one, left, top] of positions) twin(one)?.scrollTo(left, top);
    for (const [control, other] of entries) enter(control, other);
    const focus = focused && twin(focused);
    focus?.focus({ preventScroll: true });
    if (focus && selection) focus.setSelectionRange(...selection);
    return twin;
  };
  return { passTo };
}

/** Returns the function that finds corresponding elements: by their place among elements of the same kind. */
function twins(old, fresh) {
  return (element) => {
    const kind = ["id", "name", "type", "href"]
      .filter((name) => element.hasAttribute(name))
      .map((name) => `[${name}=${CSS.escape(element.getAttribute(name))}]`);
    const selector = element.localName + kind.join("");
    const [ours, theirs] = [old, fresh].map((root) => [...root.querySelectorAll(selector)]);
    if (ours.length === theirs.length) return theirs[ours.indexOf(element)];
    const named = theirs.filter((other) => nameOf(other) === nameOf(element));
    return named.length === 1 ? named[0] : undefined;
  };
}

function nameOf(element) {
  return `${element.getAttribute("aria-label") ?? ""} ${element.textContent}`;
}

/** Returns whether a control differs from its attributes: a person, or the browser for a person, has filled it in. */
function isChanged(control) {
  if (control.localName === "select") {
    const preset = [...control.options].findIndex((option) => option.defaultSelected);
    return control.selectedIndex !== Math.max(preset, 0);
  }
  return isCheck(control) ? control.checked !== control.defaultChecked : control.value !== control.defaultValue;
}

function isDifferent(control, other) {
  return isCheck(control) ? control.checked !== other.checked : control.value !== other.value;
}

function isCheck({ type }) {
  return type === "checkbox" || type === "radio";
}

function enter(control, other) {
  if (!isDifferent(control, other)) return;
  if (isCheck(control)) other.checked = control.checked;
  else other.value = control.value;
  for (const type of ["input", "change"]) other.dispatchEvent(new Event(type, { bubbles: true }));
}
