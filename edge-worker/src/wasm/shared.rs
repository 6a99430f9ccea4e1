//! What isolates share: objects of the store in the Cache API of a data centre.
//!
//! Where there is no such cache, everything is a miss.

use edgewise_api::paths;
use edgewise_engine::ruleset::snapshot_hash;
use wasm_bindgen::{JsCast, JsValue};
use worker::{
    js_sys::{self, futures::JsFuture},
    web_sys::{Cache, ReadableStream, Response, WorkerGlobalScope},
    worker_sys::ext::CacheStorageExt,
};

use super::answer;
use crate::settings::Store;

/// How long a pointer is kept: what is older than the poll interval is only used if the store is away.
const POINTER: &str = "public, max-age=604800";
/// When a pointer was fetched.
const AS_OF: &str = "x-as-of";

/// An object that some isolate has fetched.
pub(super) struct Shared {
    pub(super) response: Response,
    /// When it was fetched.
    pub(super) as_of_ms: u64,
}

/// The address of an object in the cache. It holds the store, so that a worker that is pointed to another store does not
/// find what was of the one before.
pub(super) fn key(store: &Store, path: &str) -> String {
    format!("https://snapshots.edgewise.internal/{:016x}/{path}", snapshot_hash(store.to_string().as_bytes()))
}

/// Whether what lies at `path` never changes.
pub(super) fn is_immutable(path: &str) -> bool {
    paths::cache_control(path).contains("immutable")
}

/// The cache of this data centre.
fn cache() -> Option<Cache> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    scope.caches().ok().map(|caches| caches.default())
}

pub(super) async fn get(key: &str) -> Option<Shared> {
    let found: JsValue = JsFuture::from(cache()?.match_with_str(key)).await.ok()?;
    let response: Response = (!found.is_undefined()).then(|| found.unchecked_into())?;
    let as_of_ms = response.headers().get(AS_OF).ok().flatten()?.parse().ok()?;
    Some(Shared { response, as_of_ms })
}

pub(super) enum Content<'a> {
    Bytes(&'a [u8]),
    Stream(&'a ReadableStream),
}

/// Shares an object. That it cannot be shared harms nobody.
pub(super) async fn put(key: &str, path: &str, content: Content<'_>, etag: Option<&str>, as_of_ms: u64) {
    let keep = if is_immutable(path) { paths::cache_control(path) } else { POINTER };
    let as_of = as_of_ms.to_string();
    let mut fields =
        vec![("content-type", paths::media_type(path)), ("cache-control", keep), (AS_OF, &as_of)];
    fields.extend(etag.map(|etag| ("etag", etag)));
    let init = answer::init(200, &fields);
    let response = match content {
        Content::Bytes(bytes) => answer::bytes(&init, bytes),
        Content::Stream(stream) => answer::stream(&init, Some(stream)),
    };
    if let Some(cache) = cache() {
        drop(JsFuture::from(cache.put_with_str(key, &response)).await);
    }
}

/// Takes an object out that turned out to be damaged.
pub(super) async fn delete(key: &str) {
    if let Some(cache) = cache() {
        drop(JsFuture::from(cache.delete_with_str(key)).await);
    }
}
