import { subscribe } from "#stream";

import { CHANGED, LOST, type News } from "./stream.js";
import { backOff, jittered, unref } from "./timers.js";

/** The polling interval while the stream is open, in case an event is lost; in milliseconds. */
const STREAM_INTERVAL = 60_000;
/** The longest delay that `setTimeout` supports. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** When to poll. */
export interface Schedule {
  /** Milliseconds between polls; 0: only on request. */
  readonly interval: number;
  /** The address of the stream whose events hint at a new version. */
  readonly stream: string | undefined;
  /** The function that the application gave instead of the global `fetch`. */
  readonly fetch: typeof globalThis.fetch | undefined;
}

/** Polls the store: at intervals, on events, and when a hidden page becomes visible again. */
export class Updates {
  readonly #poll: () => Promise<void>;
  readonly #schedule: Schedule;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #polling: Promise<void> | undefined;
  /** The poll after the current one. */
  #next: Promise<void> | undefined;
  #failures = 0;
  #isStreaming = false;
  #isClosed = false;
  #unsubscribe: (() => void) | undefined;

  /** @param poll Polls once, and rejects if the poll fails. */
  constructor(poll: () => Promise<void>, schedule: Schedule) {
    this.#poll = poll;
    this.#schedule = schedule;
  }

  /** Starts with a poll, and returns its promise. */
  start(): Promise<void> {
    if (typeof document !== "undefined") document.addEventListener("visibilitychange", this.#visibilityChanged);
    this.#subscribe();
    return this.now();
  }

  /** Polls now, or after the current poll, which may have read the pointer already. The promise rejects if the poll fails. */
  now(): Promise<void> {
    if (this.#polling === undefined) {
      clearTimeout(this.#timer);
      return (this.#polling = this.#pollOnce());
    }
    const next = (): Promise<void> => {
      this.#next = undefined;
      return this.now();
    };
    return (this.#next ??= this.#polling.then(next, next));
  }

  /** Ends polling, and the subscription to the stream. */
  close(): void {
    this.#isClosed = true;
    if (typeof document !== "undefined") document.removeEventListener("visibilitychange", this.#visibilityChanged);
    this.#pause();
  }

  async #pollOnce(): Promise<void> {
    try {
      await this.#poll();
      this.#failures = 0;
    } catch (problem) {
      this.#failures += 1;
      throw problem;
    } finally {
      this.#polling = undefined;
      this.#scheduleNext();
    }
  }

  async #tick(): Promise<void> {
    try {
      await this.now();
    } catch {
      // The error is reported already, and the next poll tries again.
    }
  }

  #scheduleNext(): void {
    const { interval } = this.#schedule;
    clearTimeout(this.#timer);
    if (this.#isClosed || interval === 0 || isHidden()) return;
    let pause = this.#isStreaming ? Math.max(interval, STREAM_INTERVAL) : interval;
    if (this.#failures > 0) pause = Math.max(interval, backOff(this.#failures));
    this.#timer = setTimeout(() => void this.#tick(), Math.min(jittered(pause), LONGEST_TIMER));
    unref(this.#timer);
  }

  readonly #visibilityChanged = (): void => {
    this.#pause();
    if (isHidden()) return;
    this.#subscribe();
    // There may have been events while the page was hidden.
    if (this.#schedule.interval > 0 || this.#schedule.stream !== undefined) void this.#tick();
  };

  #subscribe(): void {
    const { stream, fetch } = this.#schedule;
    if (stream === undefined || isHidden()) return;
    this.#unsubscribe = subscribe(stream, { fetch, tell: (news) => this.#heard(news) });
  }

  #heard(news: News): void {
    const wasStreaming = this.#isStreaming;
    this.#isStreaming = news !== LOST;
    if (news === CHANGED) void this.#tick();
    else if (wasStreaming && news === LOST) this.#scheduleNext();
  }

  /** Ends background work until the page is visible again. */
  #pause(): void {
    clearTimeout(this.#timer);
    this.#unsubscribe?.();
    this.#isStreaming = false;
  }
}

function isHidden(): boolean {
  return typeof document !== "undefined" && document.visibilityState === "hidden";
}
