/** Where a client keeps its last ruleset, so that the next one starts at once. It may lose or refuse anything. */
export interface Persistence {
  /** The bytes that were saved under a key, if they are still there. */
  load(key: string): Uint8Array | undefined | PromiseLike<Uint8Array | undefined>;
  /** Keeps bytes under a key, instead of what was there. */
  save(key: string, ruleset: Uint8Array): void | PromiseLike<void>;
}

/** Keeps rulesets in `localStorage`: there at once, for rulesets up to a few hundred kilobytes. */
export function inLocalStorage(): Persistence {
  return {
    load(key) {
      const text = localStorage.getItem(key);
      return text === null ? undefined : Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    },
    save(key, ruleset) {
      let text = "";
      for (const byte of ruleset) text += String.fromCharCode(byte);
      localStorage.setItem(key, btoa(text));
    },
  };
}

const STORE = "rulesets";

/** Keeps rulesets in IndexedDB: for large ones, and in workers, which have no `localStorage`. */
export function inIndexedDb(database = "edgewise"): Persistence {
  const open = async (): Promise<IDBDatabase> => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    return done(request);
  };
  const use = async <T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const opened = await open();
    try {
      return await done(ask(opened.transaction(STORE, mode).objectStore(STORE)));
    } finally {
      opened.close();
    }
  };
  return {
    load: (key) => use("readonly", (store) => store.get(key) as IDBRequest<Uint8Array | undefined>),
    save: async (key, ruleset) => {
      await use("readwrite", (store) => store.put(ruleset, key));
    },
  };
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB failed"));
  });
}
