import { env } from "$env/dynamic/private";

import { decide } from "../decide.js";

export async function load() {
  return { color: await decide(env.STORE), store: env.STORE };
}
