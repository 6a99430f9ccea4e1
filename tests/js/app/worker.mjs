import { Ruleset } from "edgewise";
import { compile } from "edgewise/compile";

import { use } from "./use.mjs";
import { checkVectors } from "./vectors.mjs";

export default {
  async fetch(request) {
    if (request.method === "POST") {
      const { decisions, hashes } = await request.json();
      return new Response(String(await checkVectors({ Ruleset, compile }, decisions, hashes)));
    }
    return new Response(await use(new URL(request.url).searchParams.get("store")));
  },
};
