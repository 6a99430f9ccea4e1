import type { Platform } from "../wasm.js";

export const platform: Platform = {
  wasm: new URL("../compile.wasm", import.meta.url),
  // The browser's cache sends the entity tag. An explicit header would cause a preflight request.
  conditional: () => ({ cache: "no-cache" }),
};
