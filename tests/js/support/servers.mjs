// Servers on 127.0.0.1, on free ports.
import { createServer } from "node:http";

/** Serves `answer(path)` → {body, type, status} to anybody. Returns the address, and how to stop. */
export async function serve(answer) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://127.0.0.1");
    const { status = 200, type = "application/octet-stream", body = "" } = answer(pathname) ?? { status: 404 };
    response.writeHead(status, { "content-type": type, "access-control-allow-origin": "*" });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const TYPES = { html: "text/html", js: "text/javascript", mjs: "text/javascript", wasm: "application/wasm", json: "application/json" };

export function typeOf(path) {
  return TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? "application/octet-stream";
}
