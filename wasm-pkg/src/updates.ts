import { follow } from "./stream.js";

/** While events come in, the store is looked at only so often, in case one was lost; in milliseconds. */
const BESIDE_STREAM = 60_000;
/** After failures, it is tried again within this time, in milliseconds. */
const LONGEST_PAUSE = 60_000;
const FIRST_PAUSE = 1_000;
/** Of what is longer, `setTimeout` makes nothing at all. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** When to look. */
export interface Schedule {
  /** Milliseconds between looks; 0: only when told to. */
  readonly interval: number;
  /** Where events say that something may be new. */
  readonly stream: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly closed: AbortSignal;
}

/** Looks at the store again and again: at intervals, on events, and when a hidden page is shown again. */
export class Updates {
  readonly #look: () => Promise<void>;
  readonly #schedule: Schedule;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<void> | undefined;
  /** Whether something happened while a look was under way, which it may have missed. */
  #missed = false;
  #failures = 0;
  #streaming = false;
  /** Aborted when the page is hidden. */
  #shown = new AbortController();

  /** @param look Looks once, and rejects if that fails. */
  constructor(look: () => Promise<void>, schedule: Schedule) {
    this.#look = look;
    this.#schedule = schedule;
  }

  /** Begins with a look, whose outcome is returned. */
  start(): Promise<void> {
    const { closed } = this.#schedule;
    if (typeof document !== "undefined") {
      document.addEventListener("visibilitychange", () => this.#visibilityChanged(), { signal: closed });
    }
    closed.addEventListener("abort", () => {
      clearTimeout(this.#timer);
      this.#shown.abort();
    });
    if (!isHidden()) void this.#stream();
    return this.now();
  }

  /** Looks now. The promise rejects if that fails. */
  now(): Promise<void> {
    if (this.#looking !== undefined) {
      // What is under way may have read the pointer already.
      this.#missed = true;
      return this.#looking.then(() => this.#looking);
    }
    clearTimeout(this.#timer);
    this.#looking = this.#lookOnce();
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    try {
      do {
        this.#missed = false;
        await this.#look();
      } while (this.#missed && !this.#schedule.closed.aborted);
      this.#failures = 0;
    } catch (problem) {
      this.#failures += 1;
      throw problem;
    } finally {
      this.#looking = undefined;
      this.#later();
    }
  }

  async #tick(): Promise<void> {
    try {
      await this.now();
    } catch {
      // Whoever looks has reported it; it is tried again.
    }
  }

  #later(): void {
    const { interval, closed } = this.#schedule;
    clearTimeout(this.#timer);
    if (closed.aborted || interval === 0 || isHidden()) return;
    let pause = this.#streaming ? Math.max(interval, BESIDE_STREAM) : interval;
    if (this.#failures > 0) pause = Math.max(interval, backOff(this.#failures));
    this.#timer = setTimeout(() => void this.#tick(), Math.min(jittered(pause), LONGEST_TIMER));
    keepNobodyUp(this.#timer);
  }

  #visibilityChanged(): void {
    if (isHidden()) {
      clearTimeout(this.#timer);
      this.#shown.abort();
      this.#shown = new AbortController();
    } else {
      if (this.#schedule.interval > 0) void this.#tick();
      void this.#stream();
    }
  }

  /** Follows the stream until the page is hidden or the client closed, again and again. */
  async #stream(): Promise<void> {
    const { stream, fetch, closed } = this.#schedule;
    const { signal } = this.#shown;
    let failures = 0;
    while (stream !== undefined && !signal.aborted && !closed.aborted) {
      try {
        await follow(
          stream,
          fetch,
          signal,
          () => {
            failures = 0;
            this.#streaming = true;
            // Something may have happened before it began.
            void this.#tick();
          },
          () => void this.#tick(),
        );
      } catch {
        // Polling goes on meanwhile.
      }
      failures += 1;
      if (this.#streaming) {
        this.#streaming = false;
        if (!signal.aborted && !closed.aborted) this.#later();
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

/** Up to a fifth more or less, so that clients that were started together do not ask together. */
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
    keepNobodyUp(timer);
    signal.addEventListener("abort", done);
  });
}

/** In Node, a process that has nothing else to do may end. */
function keepNobodyUp(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}
