import { createClient, initialize } from "edgewise";

const options = { configUrl: new URL("https://flags.example.com"), environment: "prod" };
// The functions and objects of browsers fit.
createClient({ ...options, fetch: globalThis.fetch, wasm: fetch("/edgewise.wasm"), stream: new URL("https://flags.example.com/events") });
createClient({ ...options, fetch: (address, init) => fetch(address, { ...init, credentials: "include" }) });
createClient({ ...options, fetch: async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => fetch(input, init) });
createClient({ ...options, wasm: WebAssembly.compileStreaming(fetch("/edgewise.wasm")) });
void initialize(new URL("https://flags.example.com/edgewise.wasm"));
// @ts-expect-error A number is no address.
createClient({ configUrl: 7, environment: "prod" });
