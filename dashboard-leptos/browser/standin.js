// What a page displays later than itself, because its code is still to be loaded.

/**
 * Lets a rendering show the old content in all places whose code is still to be loaded, so that nothing moves. The module replaces
 * the content when the code is there.
 */
export function keepContent(old, fresh) {
  for (const standIn of fresh.querySelectorAll("[data-stand-in]")) {
    const name = CSS.escape(standIn.dataset.standIn);
    const places = [`[data-stand-in=${name}]`, `[data-later=${name}]`];
    const content = places.map((place) => old.querySelector(place)).find(Boolean);
    if (content) standIn.append(...content.childNodes);
  }
}
