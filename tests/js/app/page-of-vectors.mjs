import { Ruleset, initialize } from "edgewise";
import { compile } from "edgewise/compile";

import { checkVectors } from "./vectors.mjs";

async function check() {
  const load = async (name) => (await fetch(`/vectors/${name}.json`)).json();
  await initialize();
  return checkVectors({ Ruleset, compile }, await load("decisions"), await load("hashes"));
}

globalThis.checked = check();
