/** Storage for a client's last ruleset, so that the next client starts immediately. Storage may fail or lose data. */
export interface Persistence {
  /** Returns the bytes that were saved under a key, if the bytes are still available. */
  load(key: string): Uint8Array | undefined | PromiseLike<Uint8Array | undefined>;
  /** Saves bytes under a key, and replaces earlier bytes. */
  save(key: string, ruleset: Uint8Array): void | PromiseLike<void>;
}

/** Saves rulesets in `localStorage`, which is synchronous: for rulesets up to a few hundred kilobytes. */
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

/** Saves rulesets in IndexedDB: for large rulesets, and for workers, which have no `localStorage`. */
export function inIndexedDb(database = "edgewise"): Persistence {
  const open = async (): Promise<IDBDatabase> => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    return done(request);
  };
  const use = async <T>(mode: IDBTransactionMode, request: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    const opened = await open();
    try {
      return await done(request(opened.transaction(STORE, mode).objectStore(STORE)));
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
