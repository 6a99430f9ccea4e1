//! Published objects after compression.

use std::{
    convert::Infallible,
    hash::{BuildHasher, RandomState},
};

use axum::{
    body::Bytes,
    http::{HeaderMap, header},
};
use edgewise_http::compression::{Accepted, Coding, MIN_BYTES, compress, set_coding, vary_by_encoding};
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

    /// Returns the body of a response with an object, in the coding that the client prefers, and sets the headers of the
    /// coding. `headers` contains the ETag of the object, if it has one.
    pub(super) async fn body(
        &self,
        path: &str,
        object: Bytes,
        request: &HeaderMap,
        headers: &mut HeaderMap,
    ) -> Bytes {
        let preferred = Accepted::from_headers(request).preferred(&[Coding::Brotli, Coding::Gzip]);
        let Some(coding) = preferred.filter(|_| can_compress(&object)) else { return object };
        let content = self.content(headers.get(header::ETAG).and_then(|etag| etag.to_str().ok()), &object);
        let key = Key { path: path.to_owned(), content, coding };
        let compressing = async { Ok::<_, Infallible>(compress(coding, &object).await) };
        match self.objects.get_or_insert_async(&key, compressing).await {
            Ok(Some(compressed)) => {
                set_coding(headers, coding);
                compressed
            }
            Ok(None) => object,
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

/// Adds `Vary` to the headers of a response for an object that can be compressed.
pub(super) fn vary(object: &Bytes, headers: &mut HeaderMap) {
    if can_compress(object) {
        vary_by_encoding(headers);
    }
}

const fn can_compress(object: &Bytes) -> bool {
    object.len() >= MIN_BYTES
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use futures_util::future::join_all;

    use super::*;

    fn accepting(coding: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(coding))])
    }

    fn tagged(etag: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::ETAG, HeaderValue::try_from(etag).unwrap())])
    }

    /// Returns a content of about 60 kB after compression.
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
        let compressed = Compressed::new();
        let object = content(1);
        let request = accepting("gzip");
        let bodies = join_all((0..20).map(async |_| {
            let mut headers = tagged("\"1\"");
            let body = compressed
                .body("configs/prod/snapshots/1.json", object.clone(), &request, &mut headers)
                .await;
            assert_eq!(headers[header::ETAG], "W/\"1\"");
            body
        }))
        .await;
        assert_eq!(compressed.objects.len(), 1);
        // The bodies are one buffer, not equal ones.
        let [first, others @ ..] = bodies.as_slice() else { unreachable!("there are 20 bodies") };
        assert!(first.len() < object.len());
        assert!(others.iter().all(|body| body.as_ptr() == first.as_ptr()));
    }

    #[tokio::test]
    async fn the_memory_is_bounded() {
        let limit = 500_000;
        let compressed = Compressed::with_limit(limit);
        for number in 0..40 {
            let object = content(number);
            let path = format!("configs/prod/snapshots/{number}.json");
            let body = compressed.body(&path, object.clone(), &accepting("br"), &mut tagged("\"1\"")).await;
            assert!((40_000..object.len()).contains(&body.len()), "{}", body.len());
            assert!(compressed.objects.weight() <= limit);
        }
        assert!(compressed.objects.len() > 3, "the memory is used");
    }

    #[tokio::test]
    async fn a_changed_object_is_compressed_again_also_if_its_weak_etag_is_the_same() {
        let compressed = Compressed::new();
        let path = "configs/prod/snapshots/latest.json";
        for etags in [["\"1\"", "\"2\""], ["W/\"1\"", "W/\"1\""]] {
            let mut bodies = Vec::new();
            for (number, etag) in (1..).zip(etags) {
                let mut headers = tagged(etag);
                bodies.push(compressed.body(path, content(number), &accepting("gzip"), &mut headers).await);
            }
            assert_ne!(bodies.first(), bodies.last());
        }
        let without_etag = async |number| {
            compressed.body(path, content(number), &accepting("gzip"), &mut HeaderMap::new()).await
        };
        assert_ne!(without_etag(1).await, without_etag(2).await);
    }
}
