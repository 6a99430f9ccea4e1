// A store that serves `fetch` from memory, and records the requests.
import { createHash } from "node:crypto";

export class FakeStore {
  /** Path below the store → bytes or text; an Error for a failing request; a number for a status. */
  objects = new Map();
  /** Address with a query → bytes of a cache in front of the store, which a request past all caches does not see. */
  cached = new Map();
  /** The requested paths. */
  requests = [];
  /** The requested paths with their queries, and an exclamation mark if the request goes past all caches. */
  addresses = [];
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
    const { pathname, search } = new URL(url);
    const path = pathname.replace("/base/configs/prod/", "");
    const pastCaches = new Headers(init.headers).get("cache-control") === "no-cache";
    this.requests.push(path);
    this.addresses.push(`${path}${search}${pastCaches ? "!" : ""}`);
    const object = (pastCaches ? undefined : this.cached.get(`${path}${search}`)) ?? this.objects.get(path);
    if (object === undefined) return new Response("{}", { status: 404 });
    if (object instanceof Error) throw object;
    if (typeof object === "number") return new Response("", { status: object });
    if (typeof object === "function") return object(init);
    const etag = `"${hash(object)}"`;
    const tag = new Headers(init.headers).get("if-none-match");
    if (path === "version.json") this.tags.push(tag);
    if (tag === etag) return new Response(null, { status: 304, headers: { etag } });
    return new Response(object, { headers: { etag } });
  };
}

export function pointer(version) {
  return JSON.stringify({ version });
}

/** Returns the SHA-256 of bytes or a text in hexadecimal. */
export const hash = (content) => createHash("sha256").update(content).digest("hex");

/** Returns a pointer with the hashes of the version's objects. */
export function pointerTo(version, { snapshot = "", ruleset }) {
  const rulesets = ruleset === undefined ? {} : { 1: hash(ruleset) };
  return JSON.stringify({ version, sha256: { snapshot: hash(snapshot), rulesets } });
}

/** Creates a promise and the functions that settle the promise. */
export function deferred() {
  let resolve, reject;
  const promise = new Promise((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
}
