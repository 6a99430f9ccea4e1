const FIRST_PAUSE = 1_000;
/** The longest back-off after failures, in milliseconds. */
const LONGEST_PAUSE = 60_000;

/** The time for a request, in milliseconds. */
const TIMEOUT = 10_000;

/** Lets a Node process end while only this timer or channel is pending. */
export function unref(pending: unknown): void {
  (pending as { unref?: () => void }).unref?.();
}

/** Returns the milliseconds to wait after a number of failures in a row, at least one. */
export function backOff(failures: number): number {
  return Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
}

/** Adds jitter of up to 20 %, so that clients that started together do not poll together. */
export function jittered(milliseconds: number): number {
  return milliseconds * (0.8 + 0.4 * Math.random());
}

/** Resolves after a number of milliseconds, or when `signal` is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
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

/** Returns the result of work, or rejects after ten seconds, even if the work ignores that its signal is aborted. */
export function within<T>(work: (signal: AbortSignal) => PromiseLike<T>, timeout = new AbortController()): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`no response in ${TIMEOUT / 1000} s`));
      timeout.abort();
    }, TIMEOUT);
    unref(timer);
    // A function that rejects may also throw.
    new Promise<T>((done) => done(work(timeout.signal))).finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}
