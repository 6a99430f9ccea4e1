import bytes from "#edgewise.wasm";

import { byCache, byTag, instanceOf, type Platform } from "./platform.js";

// The code contains the file, because bundlers for servers move the code and leave the file.
export const platform: Platform = {
  decide: { instantiateNow: () => instanceOf(bytes) },
  isPerRequest: false,
  // `require` leads here in browsers, too.
  conditional: typeof document === "undefined" ? byTag : byCache,
};
