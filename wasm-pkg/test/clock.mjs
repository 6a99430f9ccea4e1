/**
 * Replaces `setTimeout` until the test ends, and returns a function that lets milliseconds pass. Timers may be cleared twice: the
 * mock timers of Node 20 then lose another timer.
 */
export function mockTimers(t) {
  const { setTimeout, clearTimeout } = globalThis;
  t.after(() => Object.assign(globalThis, { setTimeout, clearTimeout }));
  /** The pending timers: when they are due, and what they call. */
  const timers = new Set();
  let now = 0;
  globalThis.setTimeout = (callback, delay = 0, ...values) => {
    const timer = { due: now + delay, call: () => callback(...values) };
    timers.add(timer);
    return timer;
  };
  globalThis.clearTimeout = (timer) => timers.delete(timer);
  return (milliseconds) => {
    const end = now + milliseconds;
    for (;;) {
      const [next] = [...timers].filter(({ due }) => due <= end).sort((left, right) => left.due - right.due);
      now = next?.due ?? end;
      if (next === undefined) return;
      timers.delete(next);
      next.call();
    }
  };
}
