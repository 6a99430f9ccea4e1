import { use } from "./use.mjs";

const [address] = globalThis.Deno?.args ?? process.argv.slice(2);
use(address).then(console.log);
