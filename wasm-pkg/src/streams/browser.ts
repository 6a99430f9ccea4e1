// For pages and their workers.
import { LOST, SILENCE, keepOpen, shared, type News, type Stream, type Turn } from "../stream.js";
import { unref } from "../timers.js";

/**
 * Subscribes to the stream at an address. The subscribers of all pages of a browser share a stream. At most two streams of an
 * origin are open: a browser opens six HTTP/1.1 connections to an origin, and polls need some of them.
 */
export const subscribe = shared((stream: Stream) => void follow(stream));

/** The ends of the streams of a page without Web Locks, by origin. */
const ends = new Map<string, Promise<void>>();

async function follow(stream: Stream): Promise<void> {
  let origin = "";
  try {
    const { url } = new Request(stream.url);
    origin = new URL(url).origin;
    await followWithPages(stream, url, origin);
  } catch {
    // Pages without HTTPS have no Web Locks, and sandboxed frames may not use them. Such a page opens one stream of an origin, and
    // its frames and workers, which could not agree on one, poll.
    if (stream.closing.signal.aborted || (globalThis.top as unknown) !== globalThis) return;
    ends.set(origin, Promise.resolve(ends.get(origin)).then(() => keepOpen(stream, stream.tell)));
  }
}

/**
 * Queues for the lock of the stream's address. The page that has the lock opens the stream, and broadcasts the news to the other
 * pages. If the page is closed or crashes, the browser gives the lock to the next page; if the stream ends or cannot be opened,
 * the page queues again. Rejects if there are no locks, or if the stream is closed.
 */
async function followWithPages(stream: Stream, url: string, origin: string): Promise<void> {
  const { locks } = navigator;
  const { signal } = stream.closing;
  const name = `edgewise ${url}`;
  const channel = new BroadcastChannel(name);
  unref(channel);
  let silence: ReturnType<typeof setTimeout> | undefined;
  const hear = (news: News): void => {
    clearTimeout(silence);
    // The page that has the lock may hang.
    if (news !== LOST) silence = setTimeout(stream.tell, SILENCE, LOST);
    stream.tell(news);
  };
  channel.onmessage = ({ data }: MessageEvent<News>) => hear(data);
  const tell = (news: News): void => {
    hear(news);
    channel.postMessage(news);
  };
  const turn: Turn = (attempt) =>
    locks.request(name, { signal }, () =>
      locks.request(`edgewise 1 ${origin}`, { ifAvailable: true }, (lock) =>
        lock === null ? locks.request(`edgewise 2 ${origin}`, { signal }, attempt) : attempt(),
      ),
    );
  try {
    await keepOpen(stream, tell, undefined, turn);
  } finally {
    clearTimeout(silence);
    channel.close();
  }
}
