import { use } from "./use.mjs";

globalThis.used = use(location.origin);
