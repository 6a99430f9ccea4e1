//! Objects of the store in the Cache API, which the isolates of a data center share.
//!
//! Without such a cache, every read is a miss.

use edgewise_api::paths;
use edgewise_engine::ruleset::snapshot_hash;
use wasm_bindgen::{JsCast, JsValue};
use worker::{
    js_sys::{self, futures::JsFuture},
    web_sys::{Cache, ReadableStream, Response, WorkerGlobalScope},
    worker_sys::ext::CacheStorageExt,
};

use super::response;
use crate::settings::Store;

/// The caching time of a pointer. A pointer older than the poll interval is used only while the store is down.
const POINTER: &str = "public, max-age=604800";
/// The header with the time when an object was fetched.
const AS_OF: &str = "x-as-of";

/// A cached object, fetched by any isolate.
pub(super) struct Cached {
    pub(super) response: Response,
    /// The time when the object was fetched.
    pub(super) as_of_ms: u64,
}

/// Returns the cache key of an object, or of a certain content of the object: the first digits of its hash. Under such a
/// key, the cache holds no other content. The key contains the store, so that a worker with a changed store does not read
/// objects of the old store.
pub(super) fn key(store: &Store, path: &str, content: Option<&str>) -> String {
    let store = snapshot_hash(store.to_string().as_bytes());
    address(&format!("https://snapshots.edgewise.internal/{store:016x}/{path}"), content)
}

/// Returns the address of an object, or of a certain content of the object.
pub(super) fn address(object: &str, content: Option<&str>) -> String {
    match content {
        Some(content) => format!("{object}?v={content}"),
        None => object.to_owned(),
    }
}

/// Returns the cache of this data center.
fn cache() -> Option<Cache> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    scope.caches().ok().map(|caches| caches.default())
}

pub(super) async fn get(key: &str) -> Option<Cached> {
    let found: JsValue = JsFuture::from(cache()?.match_with_str(key)).await.ok()?;
    let response: Response = (!found.is_undefined()).then(|| found.unchecked_into())?;
    let as_of_ms = response.headers().get(AS_OF).ok().flatten()?.parse().ok()?;
    Some(Cached { response, as_of_ms })
}

pub(super) enum Content<'a> {
    Bytes(&'a [u8]),
    Stream(&'a ReadableStream),
}

/// Stores an object in the cache. Errors are ignored.
pub(super) async fn put(key: &str, path: &str, content: Content<'_>, etag: Option<&str>, as_of_ms: u64) {
    let keep = if paths::is_immutable(path) { paths::cache_control(path) } else { POINTER };
    let as_of = as_of_ms.to_string();
    let mut fields =
        vec![("content-type", paths::media_type(path)), ("cache-control", keep), (AS_OF, &as_of)];
    fields.extend(etag.map(|etag| ("etag", etag)));
    let init = response::init(200, &fields);
    let response = match content {
        Content::Bytes(bytes) => response::bytes(&init, bytes),
        Content::Stream(stream) => response::stream(&init, Some(stream)),
    };
    if let Some(cache) = cache() {
        drop(JsFuture::from(cache.put_with_str(key, &response)).await);
    }
}

/// Deletes a damaged object from the cache.
pub(super) async fn delete(key: &str) {
    if let Some(cache) = cache() {
        drop(JsFuture::from(cache.delete_with_str(key)).await);
    }
}
