import { backOff, jittered, pause, unref } from "./timers.js";

/**
 * The time without a response or data after which a stream counts as lost, in milliseconds. The server sends at least a comment
 * every 15 seconds. A network can lose a connection without an error.
 */
export const SILENCE = 45_000;

/** The stream is not open. */
export const LOST = 0;
/** The stream is open. */
export const OPEN = 1;
/** The stream is open, and there may be a new version: there was an event, or changes before the stream was open. */
export const CHANGED = 2;

/** What is told about a stream: to its subscribers, and by one page to the others. */
export type News = typeof LOST | typeof OPEN | typeof CHANGED;

export interface Subscriber {
  /** The function that the application gave instead of the global `fetch`. */
  readonly fetch: typeof globalThis.fetch | undefined;
  /** Called with each news of the stream. OPEN is repeated while the stream is open. */
  readonly tell: (news: News) => void;
}

/** A stream, and its subscribers in this page or process. */
export class Stream {
  readonly url: string;
  readonly subscribers = new Set<Subscriber>();
  readonly closing = new AbortController();
  /** The last news. */
  news: News = LOST;

  constructor(url: string) {
    this.url = url;
  }

  readonly tell = (news: News): void => {
    this.news = news;
    for (const subscriber of this.subscribers) subscriber.tell(news);
  };
}

/**
 * Returns a function that subscribes to the stream at an address, and returns a function that ends the subscription.
 * Subscribers to one address share a stream. Events are only hints, so it does not matter whose `fetch` receives them.
 *
 * @param begin Follows a stream until `closing` is aborted.
 */
export function shared(begin: (stream: Stream) => void): (url: string, subscriber: Subscriber) => () => void {
  const streams = new Map<string, Stream>();
  return (url, subscriber) => {
    const stream = streams.get(url) ?? new Stream(url);
    stream.subscribers.add(subscriber);
    if (streams.get(url) !== stream) {
      streams.set(url, stream);
      begin(stream);
    } else if (stream.news !== LOST) {
      subscriber.tell(OPEN);
    }
    return () => {
      if (!stream.subscribers.delete(subscriber) || stream.subscribers.size > 0) return;
      streams.delete(url);
      stream.closing.abort();
    };
  };
}

/** Makes an attempt to open a stream when it is the page's turn. */
export type Turn = (attempt: () => Promise<void>) => Promise<void>;

/**
 * Opens a stream again whenever it ends, until `closing` is aborted. Rejects only if `turn` does.
 *
 * @param tell Called with each news.
 * @param fetch The function for subscribers without a `fetch` of their own.
 */
export async function keepOpen(
  stream: Stream,
  tell: (news: News) => void,
  fetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init),
  turn: Turn = (attempt) => attempt(),
): Promise<void> {
  const { url, subscribers, closing } = stream;
  const { signal } = closing;
  let failures = 0;
  const attempt = async (): Promise<void> => {
    try {
      // After a failure, it is another subscriber's turn: only some may be allowed to open the stream.
      const subscriber = [...subscribers][failures % subscribers.size];
      await follow(url, subscriber?.fetch ?? fetch, signal, (news) => {
        failures = 0;
        tell(news);
      });
    } catch {
      // Subscribers poll in the meantime.
    }
    failures += 1;
    tell(LOST);
  };
  while (!signal.aborted) {
    await turn(attempt);
    await pause(jittered(backOff(failures)), signal);
  }
}

/**
 * Follows server-sent events until there is no stream, the stream ends, or the stream is silent for too long, or until `signal`
 * is aborted. May reject.
 */
async function follow(url: string, fetch: typeof globalThis.fetch, signal: AbortSignal, tell: (news: News) => void): Promise<void> {
  const connection = new AbortController();
  const close = (): void => connection.abort();
  signal.addEventListener("abort", close);
  let silence: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    clearTimeout(silence);
    silence = setTimeout(close, SILENCE);
    unref(silence);
  };
  try {
    wait();
    const response = await fetch(url, { headers: { accept: "text/event-stream" }, cache: "no-store", signal: connection.signal });
    const { ok, headers, body } = response;
    const isStream = headers.get("content-type")?.startsWith("text/event-stream");
    if (!ok || !isStream || body === null || connection.signal.aborted) return await body?.cancel();
    const reader = body.getReader();
    // A `fetch` of the application may ignore the signal.
    connection.signal.addEventListener("abort", () => void reader.cancel().catch(() => undefined));
    tell(CHANGED);
    const hasEvent = parser();
    for (;;) {
      wait();
      const { done, value } = await reader.read();
      if (done) return;
      tell(hasEvent(value) ? CHANGED : OPEN);
    }
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", close);
    close();
  }
}

/** Returns a function that reads the next bytes of a stream, and returns whether an event ended in them. */
function parser(): (bytes: Uint8Array) => boolean {
  const decoder = new TextDecoder();
  let line = "";
  let hasData = false;
  return (bytes) => {
    let hasEvent = false;
    for (const char of decoder.decode(bytes, { stream: true })) {
      if (char !== "\n" && char !== "\r") {
        // Only the start of a line matters.
        if (line.length < 4) line += char;
        continue;
      }
      // An empty line ends an event. An event without data is ignored.
      hasEvent ||= line === "" && hasData;
      hasData = line === "" ? false : hasData || line === "data";
      line = "";
    }
    return hasEvent;
  };
}
