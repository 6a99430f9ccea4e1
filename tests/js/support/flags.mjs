// A server over HTTP/1.1 with the flags of any environments, event streams, and the package for browsers.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

import { ROOT } from "./run.mjs";
import { stopServer, typeOf } from "./servers.mjs";

const PACKAGE = join(ROOT, "wasm-pkg/dist");

/**
 * Starts the server. `streams` are the open streams, `most` is how many were open at the same time, and `opened` counts them from
 * the start.
 */
export async function startFlags() {
  /** The open streams: response → environment. */
  const streams = new Map();
  /** Environment → live version. */
  const versions = new Map();
  const flags = { streams, most: 0, opened: 0 };
  const live = (environment) => versions.get(environment) ?? 3;

  const respond = async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://127.0.0.1");
    response.setHeader("access-control-allow-origin", "*");
    if (pathname === "/api/stream") {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      response.write(": the stream is open\n\n");
      streams.set(response, searchParams.get("env"));
      flags.opened += 1;
      flags.most = Math.max(flags.most, streams.size);
      response.on("close", () => streams.delete(response));
      return;
    }
    const [, environment, object] = /^\/configs\/([^/]+)\/(.*)$/.exec(pathname) ?? [];
    const [, version] = /^snapshots\/(\d+)\.json$/.exec(object) ?? [];
    if (object === "version.json") {
      response.setHeader("content-type", "application/json");
      return response.end(JSON.stringify({ version: live(environment) }));
    }
    if (version !== undefined) {
      const publishedAt = "2026-01-01T00:00:00.000Z";
      return response.end(JSON.stringify({ version: Number(version), environment, publishedAt, experiments: [] }));
    }
    if (pathname === "/page.html") {
      response.setHeader("content-type", "text/html");
      return response.end("<!doctype html><title>page</title>");
    }
    if (pathname.startsWith("/package/") && !pathname.includes("..")) {
      const file = await readFile(join(PACKAGE, pathname.slice("/package/".length)));
      response.setHeader("content-type", typeOf(pathname));
      return response.end(file);
    }
    response.writeHead(404).end();
  };

  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  flags.address = `http://127.0.0.1:${server.address().port}`;
  /** Publishes a version, and sends an event to the streams of the environment. */
  flags.publish = (version, environment = "prod") => {
    versions.set(environment, version);
    for (const [stream, followed] of streams) {
      if (followed === environment) stream.write(`event: version\ndata: ${JSON.stringify({ version })}\n\n`);
    }
  };
  /** Ends all streams. */
  flags.cut = () => {
    for (const stream of streams.keys()) stream.destroy();
  };
  flags.stop = () => stopServer(server);
  return flags;
}
