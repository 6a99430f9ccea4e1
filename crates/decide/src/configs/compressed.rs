//! Published objects after compression.

use std::{
    convert::Infallible,
    hash::{BuildHasher, RandomState},
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use edgewise_http::compression::{
    Accepted, Coding, MIN_BYTES, compress, matched_etag, set_coding, vary_by_encoding,
};
use quick_cache::{
    DefaultHashBuilder, OptionsBuilder, Weighter,
    sync::{Cache, DefaultLifecycle},
};

/// The size limit of all compressed objects together, in bytes.
const MAX_BYTES: u64 = 24 << 20;
/// The memory of an entry besides the texts and the compressed object, in bytes.
const ENTRY_BYTES: usize = 128;

/// The compressed objects that clients have requested, within a bounded memory. An object is compressed once, for all
/// concurrent requests; the objects that are requested least are removed first, and compressed again when needed.
#[derive(Debug)]
pub(super) struct Compressed {
    objects: Cache<Key, Option<Bytes>, EntryBytes>,
    hasher: RandomState,
}

/// The key of a compressed object. An object whose content changes gets another key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    path: String,
    /// Identifies the content: a strong ETag, or the length and a hash of the content.
    content: String,
    coding: Coding,
}

/// Counts the bytes of an entry.
#[derive(Clone, Debug)]
struct EntryBytes;

impl Weighter<Key, Option<Bytes>> for EntryBytes {
    fn weight(&self, key: &Key, object: &Option<Bytes>) -> u64 {
        let bytes = ENTRY_BYTES + key.path.len() + key.content.len() + object.as_ref().map_or(0, Bytes::len);
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

impl Compressed {
    pub(super) fn new() -> Self {
        Self::with_limit(MAX_BYTES)
    }

    fn with_limit(bytes: u64) -> Self {
        let options = OptionsBuilder::new()
            .weight_capacity(bytes)
            .estimated_items_capacity(1000)
            // One part, so that a large object can use all of the memory.
            .shards(1)
            .build();
        let objects = match options {
            Ok(options) => Cache::with_options(
                options,
                EntryBytes,
                DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            ),
            Err(_) => Cache::with_weighter(1000, bytes, EntryBytes),
        };
        Self { objects, hasher: RandomState::new() }
    }

    /// Changes a response with an object, or a 304 response, to the form that the client prefers. The response has the
    /// ETag of the object, if the object has one.
    pub(super) async fn compress(
        &self,
        path: &str,
        object: &Bytes,
        request: &HeaderMap,
        response: &mut Response,
    ) {
        if object.len() < MIN_BYTES {
            return;
        }
        vary_by_encoding(response.headers_mut());
        let etag = response.headers().get(header::ETAG).and_then(|etag| etag.to_str().ok());
        if response.status() == StatusCode::NOT_MODIFIED {
            if let Some(etag) = etag.and_then(|etag| matched_etag(request, etag)) {
                response.headers_mut().insert(header::ETAG, etag);
            }
            return;
        }
        let preferred = Accepted::from_headers(request).preferred(&[Coding::Brotli, Coding::Gzip]);
        let Some(coding) = preferred else { return };
        let key = Key { path: path.to_owned(), content: self.content(etag, object), coding };
        let compressing = async { Ok::<_, Infallible>(compress(coding, object).await) };
        if let Ok(Some(compressed)) = self.objects.get_or_insert_async(&key, compressing).await {
            set_coding(response.headers_mut(), coding);
            *response.body_mut() = Body::from(compressed);
        }
    }

    /// Identifies a content. Other contents may have the same weak ETag.
    fn content(&self, etag: Option<&str>, object: &Bytes) -> String {
        match etag.filter(|etag| etag.starts_with('"')) {
            Some(strong) => strong.to_owned(),
            None => format!("{}-{:016x}", object.len(), self.hasher.hash_one(object)),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::to_bytes, http::HeaderValue};
    use futures_util::future::join_all;

    use super::*;

    const PATH: &str = "configs/prod/snapshots/latest.json";

    /// Returns the body of a response in the coding that the client prefers.
    async fn body(
        compressed: &Compressed,
        path: &str,
        object: &Bytes,
        etag: Option<&str>,
        coding: &'static str,
    ) -> Bytes {
        let request = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(coding))]);
        let mut response = Response::new(Body::from(object.clone()));
        let etag = etag.map(|etag| (header::ETAG, HeaderValue::try_from(etag).unwrap()));
        response.headers_mut().extend(etag);
        compressed.compress(path, object, &request, &mut response).await;
        assert_eq!(response.headers()[header::CONTENT_ENCODING], coding);
        to_bytes(response.into_body(), usize::MAX).await.unwrap()
    }

    /// Returns a content of 120 kB, which has more than 40 kB after compression.
    fn content(number: u64) -> Bytes {
        let mut state = number;
        let hex = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            format!("{state:016x}")
        });
        hex.take(7_500).collect::<String>().into()
    }

    #[tokio::test]
    async fn concurrent_requests_for_an_object_share_one_result() {
        let (compressed, object) = (Compressed::new(), content(1));
        let bodies = join_all((0..20).map(|_| body(&compressed, PATH, &object, Some("\"1\""), "gzip"))).await;
        assert_eq!(compressed.objects.len(), 1);
        let [first, others @ ..] = bodies.as_slice() else { unreachable!("there are 20 bodies") };
        assert!(first.len() < object.len());
        // All bodies are the same memory.
        assert!(others.iter().all(|body| body.as_ptr() == first.as_ptr()));
    }

    #[tokio::test]
    async fn the_memory_is_bounded() {
        let limit = 500_000;
        let compressed = Compressed::with_limit(limit);
        for number in 0..40 {
            let (object, path) = (content(number), format!("configs/prod/snapshots/{number}.json"));
            let body = body(&compressed, &path, &object, Some("\"1\""), "br").await;
            assert!((40_000..object.len()).contains(&body.len()), "{} bytes", body.len());
            assert!(compressed.objects.weight() <= limit);
        }
        assert!(compressed.objects.len() > 3, "{} objects are kept", compressed.objects.len());
    }

    #[tokio::test]
    async fn a_changed_object_is_compressed_again_also_if_its_weak_etag_is_the_same() {
        for etags in [[Some("\"1\""), Some("\"2\"")], [Some("W/\"1\""), Some("W/\"1\"")], [None, None]] {
            let compressed = Compressed::new();
            let [before, after] = etags;
            let before = body(&compressed, PATH, &content(1), before, "gzip").await;
            assert_ne!(before, body(&compressed, PATH, &content(2), after, "gzip").await, "{etags:?}");
            assert_eq!(compressed.objects.len(), 2);
        }
    }
}
