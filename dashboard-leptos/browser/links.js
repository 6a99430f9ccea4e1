// Loads the parts of a page when somebody is about to follow a link to it.
import { prepare } from "./parts.js";

/** Watches over the links of the document. `partsOf` names the parts of the page at a path, with spaces in between. */
export function watchLinks(partsOf) {
  const look = ({ target }) => {
    const link = target.closest?.("a[href]");
    if (link?.origin !== location.origin) return;
    // Whoever follows the link tries again.
    for (const part of partsOf(link.pathname).split(" ")) prepare(part).catch(() => {});
  };
  for (const type of ["pointerover", "focusin"]) addEventListener(type, look, { capture: true, passive: true });
}
