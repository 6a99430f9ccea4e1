// What a page displays later than itself, because its code is still to be loaded: until then, the page shows what the server rendered.
import { stateOf } from "./handover.js";

const STAND_INS = "[data-stand-in]";

/** Lets a rendering show the old content in all places whose code is still to be loaded, so that nothing moves. */
export function keepContent(old, fresh) {
  for (const standIn of fresh.querySelectorAll(STAND_INS)) {
    const name = CSS.escape(standIn.dataset.standIn);
    const places = [`[data-stand-in=${name}]`, `[data-later=${name}]`];
    const content = places.map((place) => old.querySelector(place)).find(Boolean);
    if (content) standIn.append(...content.childNodes);
  }
}

/** Holds the buttons that a person presses in such places. */
export function holdPresses(held) {
  const hold = ({ target }) => {
    const button = target.closest?.(`${STAND_INS} button[type=button]`);
    if (!button) return;
    held.add(button);
    button.setAttribute("aria-busy", "true");
  };
  addEventListener("click", hold, true);
}

/** Returns a function that passes on what a person has done in such places, once the module has replaced them. */
export function remember(held) {
  const all = [...document.querySelectorAll(STAND_INS)].map((standIn) => [standIn, stateOf(standIn, true)]);
  return () => {
    for (const [standIn, state] of all) {
      const place = document.querySelector(`[data-later=${CSS.escape(standIn.dataset.standIn)}]`);
      if (standIn.isConnected || !place) continue;
      const twin = state.passTo(place);
      for (const button of held) {
        if (!standIn.contains(button)) continue;
        held.delete(button);
        twin(button)?.click();
      }
    }
  };
}
