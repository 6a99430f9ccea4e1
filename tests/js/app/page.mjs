import { use } from "./use.mjs";

globalThis.used = use(new URL(location.href).searchParams.get("store") ?? location.origin);
