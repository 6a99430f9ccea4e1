// An HTTP origin that serves objects from memory or a directory, counts requests, and fails as it is told to.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import path from "node:path";

/** The store that `cargo run --example worker_store` has laid out. */
export const store = process.env.EDGEWISE_WORKER_STORE;

/** A file of the store. */
export const stored = (object) => readFile(path.join(store, object));

/**
 * An origin. `objects` are served by path, as bytes or as a function of request and response; what is not among them comes
 * from the store.
 */
export async function serve(objects = new Map()) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const object = request.url.slice(1);
    asked.push(object);
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
    asked,
    /** How often objects were asked for whose path holds this. */
    count: (part) => asked.filter((object) => object.includes(part)).length,
    /** What every request meets, if set. */
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

/** Ways in which an origin fails. */
export const faults = {
  refuses: (request) => request.socket.destroy(),
  "answers 500": (_, response) => response.writeHead(500).end("broken"),
  "answers nonsense": (_, response) => response.writeHead(200).end("<html>"),
  "redirects elsewhere": (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
  "is cut off": (_, response) => {
    response.writeHead(200, { "content-length": 1000 });
    response.write("{", () => response.socket.destroy());
  },
  hangs: () => {},
  "hangs in the middle": (_, response) => {
    response.writeHead(200, { "content-length": 1000 });
    response.write("{");
  },
};
