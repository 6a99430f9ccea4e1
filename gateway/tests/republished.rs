//! A store whose data was removed and published anew, so that a number comes again with other content, behind a cache that
//! keeps immutable objects, or also keeps version.json too long.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
};
use reqwest::Client;
use support::{Served, TIMEOUT, other_snapshot, publish_hashed, snapshot};
use tempfile::TempDir;

/// A cache in front of a server. It keeps responses until a request goes past it.
struct Proxy {
    client: Client,
    to: String,
    /// Whether an address with another query is another address. Some networks are set up otherwise.
    by_query: bool,
    /// The directive of the server for the responses that the cache keeps.
    keeps: &'static str,
    kept: Mutex<HashMap<String, Bytes>>,
}

async fn respond(State(proxy): State<Arc<Proxy>>, request: Request) -> (StatusCode, Bytes) {
    let address = request.uri().to_string();
    let key = if proxy.by_query { address.clone() } else { request.uri().path().to_owned() };
    let has = |headers: &HeaderMap, directive: &str| {
        let value = headers.get("cache-control").and_then(|value| value.to_str().ok());
        value.is_some_and(|value| value.contains(directive))
    };
    let past_caches = has(request.headers(), "no-cache");
    let kept = proxy.kept.lock().unwrap().get(&key).cloned();
    if let Some(kept) = kept.filter(|_| !past_caches) {
        return (StatusCode::OK, kept);
    }
    let response = proxy.client.get(format!("{}{address}", proxy.to)).send().await.unwrap();
    let (status, keeps) = (response.status(), has(response.headers(), proxy.keeps));
    let body = response.bytes().await.unwrap();
    if keeps {
        proxy.kept.lock().unwrap().insert(key, body.clone());
    }
    (status, body)
}

/// A store that a decision plane serves, behind a cache.
struct Scene {
    root: TempDir,
    store: Served,
    proxy: Served,
}

impl Scene {
    async fn new(by_query: bool, keeps: &'static str) -> Self {
        let root = tempfile::tempdir().unwrap();
        let store = format!("file:{}", root.path().display());
        let store = Served::plane(&["decide", "--snapshot-store", &store]).await;
        let client = Client::new();
        let proxy = Arc::new(Proxy { client, to: store.url(""), by_query, keeps, kept: Mutex::default() });
        let proxy = Served::routes(Router::new().fallback(respond).with_state(proxy)).await;
        Self { root, store, proxy }
    }

    async fn reader(&self) -> Served {
        Served::plane(&["decide", "--snapshot-store", &self.proxy.url(""), "--poll-interval", "0.01"]).await
    }
}

async fn variant(reader: &Served) -> String {
    let (status, decided) = reader.json("/decide?user_key=u&env=prod").await;
    assert_eq!((status, &decided["config_version"]), (200, &1.into()));
    decided["assignments"][0]["variant_key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn readers_decide_from_the_new_content_of_a_number_that_comes_again() {
    for by_query in [true, false] {
        let scene = Scene::new(by_query, "immutable").await;
        publish_hashed(scene.root.path(), "prod", 1, &snapshot(1));
        let running = scene.reader().await;
        assert_eq!(variant(&running).await, "v1");

        std::fs::remove_dir_all(scene.root.path().join("configs")).unwrap();
        publish_hashed(scene.root.path(), "prod", 1, &other_snapshot(1));
        let started = scene.reader().await;
        assert_eq!(variant(&started).await, "w1", "a reader without a ruleset");
        let swapped = async { while variant(&running).await != "w1" {} };
        tokio::time::timeout(TIMEOUT, swapped).await.expect("a running reader keeps the old content");
        for served in [running, started, scene.proxy, scene.store] {
            served.stop().await;
        }
    }
}

#[tokio::test]
async fn a_reader_starts_behind_a_cache_that_keeps_version_json_too_long() {
    let scene = Scene::new(true, "max-age").await;
    publish_hashed(scene.root.path(), "prod", 1, &snapshot(1));
    let (status, old) = scene.proxy.json("/configs/prod/version.json").await;
    assert_eq!(status, 200);

    std::fs::remove_dir_all(scene.root.path().join("configs")).unwrap();
    publish_hashed(scene.root.path(), "prod", 1, &other_snapshot(1));
    assert_eq!(
        scene.proxy.json("/configs/prod/version.json").await.1,
        old,
        "the cache keeps no version.json"
    );
    let started = scene.reader().await;
    assert_eq!(variant(&started).await, "w1");
    for served in [started, scene.proxy, scene.store] {
        served.stop().await;
    }
}
