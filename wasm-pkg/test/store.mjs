// A store that serves `fetch` from memory, and records the requests.

export class FakeStore {
  /** Path below the store → bytes or text; an Error for a failing request; a number for a status. */
  objects = new Map();
  /** The requested paths. */
  requests = [];
  /** The entity tags of the requests for version.json. */
  tags = [];

  constructor(objects = {}) {
    this.put(objects);
  }

  put(objects) {
    for (const [path, object] of Object.entries(objects)) this.objects.set(path, object);
  }

  fetch = async (url, init = {}) => {
    init.signal?.throwIfAborted();
    const path = new URL(url).pathname.replace("/base/configs/prod/", "");
    this.requests.push(path);
    const object = this.objects.get(path);
    if (object === undefined) return new Response("{}", { status: 404 });
    if (object instanceof Error) throw object;
    if (typeof object === "number") return new Response("", { status: object });
    if (typeof object === "function") return object(init);
    const etag = `"${String(object).length}-${String(object)}"`.slice(0, 60);
    const tag = new Headers(init.headers).get("if-none-match");
    if (path === "version.json") this.tags.push(tag);
    if (tag === etag) return new Response(null, { status: 304, headers: { etag } });
    return new Response(object, { headers: { etag } });
  };
}

export function pointer(version) {
  return JSON.stringify({ version });
}

/** Creates a promise and the functions that settle the promise. */
export function deferred() {
  let resolve, reject;
  const promise = new Promise((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
}
