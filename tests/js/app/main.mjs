import { use } from "./use.mjs";

const [address] = globalThis.Deno?.args ?? process.argv.slice(2);
console.log(await use(address));
