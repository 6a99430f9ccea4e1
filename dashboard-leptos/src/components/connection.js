// The event stream, once for all tabs of a browser: browsers allow few connections to a server, and a stream keeps one.

/** The delay before reconnecting when something other than the server responded, in ms. */
const RECONNECT_MS = 3_000;
/** How long changes are collected before they are reported, in ms: a new stream sends a version for each environment. */
const COLLECT_MS = 50;

let leave = () => {};

/**
 * Follows the stream at `url` while the page is visible. Visible pages of the same origin and URL queue for a lock. The page that
 * holds the lock opens the stream, and tells the others what it receives. Without locks, which browsers reserve for
 * secure pages, each visible page opens a stream.
 *
 * Calls `report(isConnected, isOutdated)` with what has changed: whether the server can be reached, and whether the content
 * of the page may be outdated. A second call of this function ends the first.
 */
export function follow(url, report) {
  const name = `edgewise ${url}`;
  const { locks } = navigator;
  /** The newest version of each environment that this page knows. */
  const known = {};
  let isConnected = true;
  // Whether the page may have missed changes.
  let hasGap = false;
  let timer;
  let visit;

  const outdate = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      report(isConnected, true);
    }, COLLECT_MS);
  };

  /** Takes over the state of the stream, from this page or another one. */
  const take = ({ connected, versions }) => {
    if (connected === false) hasGap = true;
    if (connected !== undefined && connected !== isConnected) {
      isConnected = connected;
      report(isConnected, false);
    }
    let isNew = false;
    for (const [environment, version] of Object.entries(versions)) {
      isNew ||= known[environment] !== version;
      known[environment] = version;
    }
    if (isNew || (connected && hasGap)) {
      hasGap = false;
      outdate();
    }
  };

  const enter = () => {
    const state = { versions: {} };
    const end = new AbortController();
    const channel = locks && new BroadcastChannel(name);
    let source;
    let isHolder = false;
    const tell = (change) => {
      Object.assign(state, change);
      channel?.postMessage(state);
      take(state);
    };
    const open = () => {
      if (end.signal.aborted) return;
      source = new EventSource(url);
      source.onopen = () => tell({ connected: true });
      source.onerror = () => {
        tell({ connected: false });
        // The browser reconnects by itself, unless the response was not a stream.
        if (source.readyState === EventSource.CLOSED) setTimeout(open, RECONNECT_MS);
      };
      source.addEventListener("version", ({ data }) => {
        const { environment, version } = JSON.parse(data);
        tell({ versions: { ...state.versions, [environment]: version } });
      });
    };
    const hold = () =>
      new Promise((release) => {
        end.signal.addEventListener("abort", release);
        if (end.signal.aborted) return release();
        isHolder = true;
        open();
      });

    end.signal.addEventListener("abort", () => {
      source?.close();
      channel?.close();
    });
    if (locks) {
      // A page that arrives asks for the state.
      channel.onmessage = ({ data }) => {
        if (data) take(data);
        else if (isHolder) channel.postMessage(state);
      };
      channel.postMessage(null);
      // A page that gets no lock, such as one in a sandbox, has a stream of its own.
      locks.request(name, { signal: end.signal }, hold).catch(open);
    } else {
      open();
    }
    return end;
  };

  const look = () => {
    if (document.hidden) {
      visit?.abort();
      visit = undefined;
      hasGap = true;
    } else {
      visit ??= enter();
    }
  };

  leave();
  leave = () => {
    document.removeEventListener("visibilitychange", look);
    visit?.abort();
    clearTimeout(timer);
  };
  document.addEventListener("visibilitychange", look);
  look();
  // The page works from here on.
  document.documentElement.dataset.follows = "";
}
