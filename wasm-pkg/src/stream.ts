import { unref } from "./timers.js";

/**
 * The time without a response or data after which the connection counts as lost, in milliseconds. The server sends at least a
 * comment every 15 seconds. A network can lose a connection without an error.
 */
const SILENCE = 45_000;

/**
 * Follows server-sent events until the stream ends or is silent for too long, and calls `hint` for each event. Rejects if there
 * is no stream, or if `signal` is aborted.
 */
export async function follow(
  url: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
  opened: () => void,
  hint: () => void,
): Promise<void> {
  const connection = new AbortController();
  const close = (): void => connection.abort();
  signal.addEventListener("abort", close);
  const silence = setTimeout(close, SILENCE);
  unref(silence);
  try {
    const init: RequestInit = { headers: { accept: "text/event-stream" }, cache: "no-store", signal: connection.signal };
    const response = await fetch(url, init).finally(() => clearTimeout(silence));
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (!response.ok || !isStream || response.body === null) {
      await response.body?.cancel();
      throw new Error(`the store responded with status ${response.status}`);
    }
    opened();
    await read(response.body, hint);
  } finally {
    signal.removeEventListener("abort", close);
  }
}

async function read(body: ReadableStream<Uint8Array>, hint: () => void): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let line = "";
  let hasData = false;
  for (;;) {
    // The read then ends as if the stream had ended.
    const silence = setTimeout(() => void reader.cancel(), SILENCE);
    unref(silence);
    const { done, value } = await reader.read().finally(() => clearTimeout(silence));
    if (done) return;
    for (const char of decoder.decode(value, { stream: true })) {
      if (char !== "\n" && char !== "\r") {
        // Only the start of a line matters.
        if (line.length < 4) line += char;
        continue;
      }
      // An empty line ends an event. An event without data is ignored.
      if (line === "" && hasData) hint();
      hasData = line === "" ? false : hasData || line === "data";
      line = "";
    }
  }
}
