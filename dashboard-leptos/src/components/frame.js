/** How many frames a heading may take to get into the document. */
const FRAMES = 120;

let announced;
let latest;

/**
 * Moves the focus to the heading of a page that was opened by a link within the dashboard: screen readers read the heading. The
 * browser announces the first page itself. The focus does not scroll: the router and the browser decide what is visible.
 */
export function announce(heading, path) {
  announced ??= path;
  latest = path;
  const attempt = (frames) => {
    if (announced === path || latest !== path || frames === 0) return;
    // A heading is made before it is put into the document.
    if (!heading.isConnected) return requestAnimationFrame(() => attempt(frames - 1));
    announced = path;
    // A page that begins with an input has focused it.
    if (!document.activeElement?.closest("main :is(input, select, textarea)")) heading.focus({ preventScroll: true });
  };
  attempt(FRAMES);
}

/**
 * Announces what the query of the URL selects, such as "Experiments, page 2", where the focus stays. The range of a page of a
 * list, or that nothing matches, is read from the list, which gets into the document before the frame after the next.
 */
export function announceSelected(words) {
  const region = document.getElementById("selected");
  // The same words are read again only if they were removed.
  region.textContent = "";
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      const range = /, page \d+$/.test(words) && document.querySelector("main :is(nav.pages > span, .empty > h2)");
      region.textContent = range ? `${words}: ${range.textContent}` : words;
    }),
  );
}
