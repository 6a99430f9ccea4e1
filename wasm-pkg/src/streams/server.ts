// For Node, Deno and Bun.
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";

import { keepOpen, shared, type Stream } from "../stream.js";

/** The most redirects that are followed, as by `fetch`. */
const REDIRECTS = 20;

/** Subscribes to the stream at an address. The subscribers of a process share a stream. */
export const subscribe = shared((stream: Stream) => void keepOpen(stream, stream.tell, fetchInBackground));

/** Requests as `fetch` does, by a connection that does not keep the process alive. */
async function fetchInBackground(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  // Not imported: bundlers for browsers, which `require` may lead here, know no modules of Node.
  const builtin = globalThis.process?.getBuiltinModule?.bind(globalThis.process);
  if (builtin === undefined) return globalThis.fetch(input, init);
  const { Readable } = builtin("node:stream");
  const options = { agent: false, headers: init.headers, signal: init.signal } as RequestOptions;
  let url = new URL(String(input));
  for (let redirects = 0; redirects <= REDIRECTS; redirects += 1) {
    const { get } = url.protocol === "https:" ? builtin("node:https") : builtin("node:http");
    const message = await responded((respond) => get(url, options, respond));
    const { statusCode = 0, headers } = message;
    if (statusCode < 300 || headers.location === undefined) {
      const known = { "content-type": headers["content-type"] ?? "" };
      return new Response(Readable.toWeb(message) as ReadableStream<Uint8Array>, { status: statusCode, headers: known });
    }
    message.destroy();
    url = new URL(headers.location, url);
  }
  throw new Error("the store redirects too often");
}

function responded(send: (respond: (message: IncomingMessage) => void) => ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = send(resolve);
    request.on("error", reject);
    request.on("socket", (socket) => {
      // Connecting may replace the handle that `unref` affects.
      for (const event of ["connect", "secureConnect"]) socket.once(event, () => socket.unref());
      socket.unref();
    });
  });
}
