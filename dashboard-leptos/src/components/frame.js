/** Moves the focus without scrolling: the router and the browser decide what is visible. */
export function focus(element) {
  element.focus({ preventScroll: true });
}
