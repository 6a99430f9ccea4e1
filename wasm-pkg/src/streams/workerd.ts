// For runtimes without background work.
import type { Subscriber } from "../stream.js";

/** Subscribes to nothing. */
export function subscribe(_url: string, _subscriber: Subscriber): () => void {
  return () => undefined;
}
