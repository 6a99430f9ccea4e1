import type { Fetching } from "./inputs.js";
import { follow } from "./stream.js";
import { unref } from "./timers.js";

/** The polling interval while the stream is open, in case an event is lost; in milliseconds. */
const STREAM_INTERVAL = 60_000;
/** The longest back-off after failures, in milliseconds. */
const LONGEST_PAUSE = 60_000;
const FIRST_PAUSE = 1_000;
/** The longest delay that `setTimeout` supports. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** When to poll. */
export interface Schedule {
  /** Milliseconds between polls; 0: only on request. */
  readonly interval: number;
  /** The address of the stream whose events hint at a new version. */
  readonly stream: string | undefined;
  /** The caller's function, instead of the global `fetch`. */
  readonly fetch: Fetching["fetch"] | undefined;
}

/** Polls the store: at intervals, on events, and when a hidden page becomes visible again. */
export class Updates {
  readonly #poll: () => Promise<void>;
  readonly #schedule: Schedule & { closed: AbortSignal };
  readonly #closing = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #polling: Promise<void> | undefined;
  /** Whether a poll was requested during the current poll, which may have missed the change. */
  #missed = false;
  #failures = 0;
  #streaming = false;
  /** Aborted when the page becomes hidden. */
  #visible = new AbortController();

  /** @param poll Polls once, and rejects if the poll fails. */
  constructor(poll: () => Promise<void>, schedule: Schedule) {
    this.#poll = poll;
    this.#schedule = { ...schedule, closed: this.#closing.signal };
  }

  /** Starts with a poll, and returns its promise. */
  start(): Promise<void> {
    const { closed } = this.#schedule;
    if (typeof document !== "undefined") {
      document.addEventListener("visibilitychange", () => this.#visibilityChanged(), { signal: closed });
    }
    closed.addEventListener("abort", () => {
      clearTimeout(this.#timer);
      this.#visible.abort();
    });
    if (!isHidden()) void this.#stream();
    return this.now();
  }

  /** Ends all polling. */
  close(): void {
    this.#closing.abort();
  }

  /** Polls now. The promise rejects if the poll fails. */
  now(): Promise<void> {
    if (this.#polling !== undefined) {
      // The current poll may have read the pointer already.
      this.#missed = true;
      return this.#polling.then(() => this.#polling);
    }
    clearTimeout(this.#timer);
    this.#polling = this.#pollOnce();
    return this.#polling;
  }

  async #pollOnce(): Promise<void> {
    try {
      do {
        this.#missed = false;
        await this.#poll();
      } while (this.#missed && !this.#schedule.closed.aborted);
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
    const { interval, closed } = this.#schedule;
    clearTimeout(this.#timer);
    if (closed.aborted || interval === 0 || isHidden()) return;
    let pause = this.#streaming ? Math.max(interval, STREAM_INTERVAL) : interval;
    if (this.#failures > 0) pause = Math.max(interval, backOff(this.#failures));
    this.#timer = setTimeout(() => void this.#tick(), Math.min(jittered(pause), LONGEST_TIMER));
    unref(this.#timer);
  }

  #visibilityChanged(): void {
    if (isHidden()) {
      clearTimeout(this.#timer);
      this.#visible.abort();
      this.#visible = new AbortController();
    } else {
      if (this.#schedule.interval > 0) void this.#tick();
      void this.#stream();
    }
  }

  /** Follows the stream, and reconnects, until the page is hidden or the client is closed. */
  async #stream(): Promise<void> {
    const { stream, fetch, closed } = this.#schedule;
    const { signal } = this.#visible;
    let failures = 0;
    while (stream !== undefined && !signal.aborted && !closed.aborted) {
      try {
        await follow(
          stream,
          (fetch ?? globalThis.fetch) as typeof globalThis.fetch,
          signal,
          () => {
            failures = 0;
            this.#streaming = true;
            // A change may have happened before the stream was open.
            void this.#tick();
          },
          () => void this.#tick(),
        );
      } catch {
        // Polling continues in the meantime.
      }
      failures += 1;
      if (this.#streaming) {
        this.#streaming = false;
        if (!signal.aborted && !closed.aborted) this.#scheduleNext();
      }
      await pause(jittered(backOff(failures)), signal);
    }
  }
}

function isHidden(): boolean {
  return typeof document !== "undefined" && document.visibilityState === "hidden";
}

function backOff(failures: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
}

/** Adds jitter of up to 20 %, so that clients that started together do not poll together. */
function jittered(milliseconds: number): number {
  return milliseconds * (0.8 + 0.4 * Math.random());
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    unref(timer);
    signal.addEventListener("abort", done);
  });
}
