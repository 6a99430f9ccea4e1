// A proxy in front of a server, as companies have them.
import { createServer, request as send } from "node:http";

import { stopServer } from "./servers.mjs";

/**
 * Starts a proxy that forwards the requests below a path to `front.target`, without the path. `front.respond(request)` may
 * return {status, type, body, headers} to respond in place of the server; `front.rewrite(headers)` may change what is forwarded.
 */
export async function startFront(below = "") {
  const front = { target: undefined, respond: () => undefined, rewrite: (headers) => headers, outside: [] };
  const server = createServer((request, response) => {
    const own = front.respond(request);
    if (own) {
      response.writeHead(own.status, { "content-type": own.type ?? "text/html", ...own.headers });
      return response.end(own.body ?? "");
    }
    if (request.url !== below && !request.url.startsWith(`${below}/`)) {
      front.outside.push(`${request.method} ${request.url}`);
      return response.writeHead(404).end("outside");
    }
    const { hostname, port } = new URL(front.target);
    const path = request.url.slice(below.length) || "/";
    const forwarded = send({ hostname, port, path, method: request.method, headers: front.rewrite({ ...request.headers }) }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    forwarded.on("error", () => response.destroy());
    response.on("close", () => forwarded.destroy());
    request.pipe(forwarded);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  front.origin = `http://127.0.0.1:${server.address().port}`;
  front.address = front.origin + below;
  front.stop = () => stopServer(server);
  return front;
}
