// Event streams for tests, and clients that follow them.
import { createServer } from "node:http";

import { createClient } from "edgewise";

import { experiment, rulesetOf } from "./snapshots.mjs";
import { pointer } from "./store.mjs";

/** The options of a test that waits. */
export const LIMIT = { timeout: 60_000 };

/** The objects of a store with a version. */
export const versioned = async (version) => ({
  "version.json": pointer(version),
  [`rulesets/1/${version}.bin`]: await rulesetOf([experiment("a")], { version }),
});

/** Lets callbacks run that wait for nothing else. */
export const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Waits until a condition is met. */
export async function until(condition) {
  while (!condition()) await turn();
}

/** Creates a client that polls only on events. */
export function clientOf(address, options = {}) {
  return createClient({ configUrl: `${address}/base`, environment: "prod", pollingInterval: 0, stream: true, ...options });
}

/** Resolves with the next version of a client. */
export const updateOf = (client) => new Promise((resolve) => client.onUpdate(resolve));

/** Starts a server of a store and its event stream. `redirects` are addresses of the stream: path → path. */
export async function startServer(t, store, redirects = {}) {
  const streams = new Set();
  const server = createServer(async (request, response) => {
    const [path] = request.url.split("?");
    if (path in redirects) return response.writeHead(307, { location: redirects[path] }).end();
    if (!path.endsWith("/stream")) {
      const answer = await store.fetch(`http://store.example${request.url}`);
      return response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": open\n\n");
    streams.add(response);
    response.on("close", () => streams.delete(response));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { address: `http://127.0.0.1:${server.address().port}`, streams };
}

/** Returns a `fetch` whose streams are the given responses: each call returns a response, or a promise. */
export function fetchOf(store, stream) {
  return async (url, init) => (url.includes("/api/stream") ? stream(init) : store.fetch(url, init));
}

/** An event stream, whose controller `start` receives. */
export const eventStream = (start) => new Response(new ReadableStream({ start }), { headers: { "content-type": "text/event-stream" } });
