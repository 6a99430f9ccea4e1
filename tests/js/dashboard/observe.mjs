// What the bench measures within a page.

/** Runs in the page: measures its paints, its layout shift, and when the page is alive. */
export function observe() {
  let [paint, shift, alive] = [0, 0, Number.NaN];
  new MutationObserver(() => {
    alive = performance.now();
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-alive"] });
  new PerformanceObserver((list) => {
    // The server sends pages whole, so the first paint shows all. (The largest paint would be the one that replaces the page.)
    paint = list.getEntriesByName("first-contentful-paint").at(-1)?.startTime ?? paint;
  }).observe({ type: "paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) {
      // The layout may move when the user presses something.
      if (!hadRecentInput) shift += value;
    }
  }).observe({ type: "layout-shift", buffered: true });
  globalThis.measured = async () => {
    // Waits until the page is painted, and the browser has reported the paint.
    const painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    do await painted();
    while (paint === 0);
    const resources = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    return { paint, shift, alive, bytes: resources.reduce((bytes, { transferSize }) => bytes + transferSize, 0) };
  };
}
