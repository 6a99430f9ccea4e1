import { byCache, type Platform } from "./platform.js";

export const platform: Platform = {
  // Bundlers know this form: it is read only when the file is needed, because some bundlers leave no `import.meta.url`.
  decide: { address: () => new URL("../edgewise.wasm", import.meta.url), inlined: () => import("#inlined") },
  isPerRequest: false,
  conditional: byCache,
};
