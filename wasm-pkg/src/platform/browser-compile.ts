import type { Platform } from "../wasm.js";

export const platform: Platform = {
  wasm: new URL("../compile.wasm", import.meta.url),
  // The browser's cache sends the headers. Explicit ones would cause a preflight request.
  conditional: (_, pastCaches) => ({ cache: pastCaches ? "reload" : "no-cache" }),
};
