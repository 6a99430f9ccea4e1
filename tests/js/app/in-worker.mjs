import { use } from "./use.mjs";

addEventListener("message", async ({ data }) => postMessage(await use(data)));
