import type { Platform } from "../wasm.js";

export const platform: Platform = {
  wasm: new URL("../edgewise.wasm", import.meta.url),
  // The browser's cache knows the tag itself; a header set by hand would cost a preflight.
  conditional: () => ({ cache: "no-cache" }),
};
