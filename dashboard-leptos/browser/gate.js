// The border between browser and module: browsers call the module through its gate alone.

/**
 * Returns the gate of an instance: a function that puts a function of the module behind it. An exception that passes the gate leaves
 * the module in an unknown state: the instance is dead, and all its listeners and timers do nothing from then on. So links and forms
 * are the browser's again.
 *
 * `watch.enter` and `watch.leave` are called when the browser's call of the module begins and ends, `watch.die` with the exception.
 */
export function gateOf(watch) {
  let isDead = false;
  let depth = 0;
  return (call) => (...values) => {
    if (isDead) return undefined;
    if (depth === 0) watch.enter();
    depth += 1;
    try {
      return call(...values);
    } catch (fault) {
      isDead = true;
      watch.die(fault);
      throw fault;
    } finally {
      depth -= 1;
      if (depth === 0) watch.leave();
    }
  };
}

/** Returns the exports of an instance, all functions behind the gate. */
export function gated(exports, behindGate) {
  const all = Object.entries(exports);
  return Object.fromEntries(all.map(([name, one]) => [name, typeof one === "function" ? behindGate(one) : one]));
}
