// A connection for many small requests, one after the other: a tenth of what `fetch` costs.
import net from "node:net";

/** Connects to a server that declares how long its answers are. */
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
  const fail = (error) => waiting?.reject(error ?? new Error("the connection ended"));
  socket.on("error", fail).on("close", () => fail());
  return {
    get: (at) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(`GET ${at} HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
      }),
    close: () => socket.destroy(),
  };
}
