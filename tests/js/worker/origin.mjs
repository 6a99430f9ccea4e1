// An HTTP origin that serves objects from memory or a directory, records requests, and fails on demand.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import path from "node:path";

/** The store that `cargo run --example worker_store` has written. */
export const store = process.env.EDGEWISE_WORKER_STORE;

/** Reads a file of the store. */
export const stored = (object) => readFile(path.join(store, object));

/**
 * Starts an origin. `objects` are served by path, whatever the query, as bytes or by a function of request and response. Other
 * objects come from the store. `requested` contains the paths with their queries.
 */
export async function serve(objects = new Map()) {
  const requested = [];
  const server = createServer(async (request, response) => {
    requested.push(request.url.slice(1));
    const [object] = request.url.slice(1).split("?");
    origin.headers = request.headers;
    if (origin.fault) return origin.fault(request, response);
    const found = objects.get(object) ?? (await stored(object).catch(() => undefined));
    if (typeof found === "function") return found(request, response);
    if (found === undefined) return response.writeHead(404).end("none");
    response.writeHead(200, { "content-length": found.length, etag: `"${found.length}"` }).end(found);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = {
    url: `http://127.0.0.1:${server.address().port}`,
    objects,
    requested,
    /** Returns the number of requests for objects whose path contains `part`. */
    count: (part) => requested.filter((object) => object.includes(part)).length,
    /** The fault of every request, if set. */
    fault: undefined,
    headers: {},
    /** Makes a version of `swap` live. */
    publish: (version) => objects.set("configs/swap/version.json", Buffer.from(JSON.stringify({ version }))),
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
  return origin;
}

/** The faults of an origin. */
export const faults = {
  "closes the connection": (request) => request.socket.destroy(),
  "responds 500": (_, response) => response.writeHead(500).end("broken"),
  "sends HTML": (_, response) => response.writeHead(200).end("<html>"),
  "redirects elsewhere": (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
  "sends a truncated body": (_, response) => {
    response.writeHead(200, { "content-length": 1000 });
    response.write("{", () => response.socket.destroy());
  },
  hangs: () => {},
  "hangs in the body": (_, response) => {
    response.writeHead(200, { "content-length": 1000 });
    response.write("{");
  },
};
