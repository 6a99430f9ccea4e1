//! Reading a snapshot store over HTTP, with all kinds of responses.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use std::sync::{Arc, Mutex};

use axum::{Router, extract::State, http::StatusCode};
use support::{Served, publish, snapshot};

type StoreResponse = Arc<Mutex<(StatusCode, String)>>;

/// Starts a store with the same response to all requests, and a decision plane that reads the store.
async fn planes(status: StatusCode, body: &str) -> (Served, Served, StoreResponse) {
    let response: StoreResponse = Arc::new(Mutex::new((status, body.to_owned())));
    let routes = Router::new()
        .fallback(async |State(response): State<StoreResponse>| response.lock().unwrap().clone())
        .with_state(response.clone());
    let store = Served::routes(routes).await;
    let url = store.url("/below/");
    (Served::plane(&["decide", "--snapshot-store", &url, "--poll-interval", "0.01"]).await, store, response)
}

#[tokio::test]
async fn an_object_that_is_not_found_or_denied_counts_as_absent() {
    let denied = "<Error><Code>AccessDenied</Code></Error>";
    for (status, body) in [(StatusCode::NOT_FOUND, ""), (StatusCode::FORBIDDEN, denied)] {
        let (plane, store, _) = planes(status, body).await;
        assert_eq!(plane.get("/decide?user_key=u&env=prod").await.status(), 503);
        assert_eq!(plane.json("/health").await.1, serde_json::json!({"status": "ok", "config_versions": {}}));
        assert_eq!(plane.get("/ready").await.status(), 200);
        assert_eq!(plane.get("/configs/prod/version.json").await.status(), 404);
        plane.stop().await;
        store.stop().await;
    }
}

#[tokio::test]
async fn a_plane_whose_store_refuses_requests_is_not_ready_and_says_why() {
    let (plane, store, response) =
        planes(StatusCode::FORBIDDEN, "<Error><Code>SignatureDoesNotMatch</Code></Error>").await;
    let (status, body) = plane.json("/decide?user_key=u&env=prod").await;
    assert_eq!(status, 503);
    assert!(body["error"].as_str().unwrap().contains("snapshot store cannot be read"), "{body}");
    assert_eq!(plane.get("/ready").await.status(), 503);
    assert_eq!(plane.get("/configs/prod/version.json").await.status(), 503);
    let (status, health) = plane.json("/health").await;
    assert_eq!((status, &health["status"]), (503, &"degraded".into()));
    assert!(health["store_error"].as_str().unwrap().starts_with("SignatureDoesNotMatch: "), "{health}");

    // Nothing is polled, since no environment is known: asking for the health finds out that the store is repaired.
    *response.lock().unwrap() = (StatusCode::NOT_FOUND, String::new());
    while plane.json("/health").await.0 != 200 {}
    assert_eq!(plane.get("/ready").await.status(), 200);
    assert_eq!(
        plane.json("/decide?user_key=u&env=prod").await.1["error"],
        "No config available for environment \"prod\""
    );

    *response.lock().unwrap() = (StatusCode::FORBIDDEN, String::new());
    while plane.json("/ready").await.0 != 503 {}
    *response.lock().unwrap() =
        (StatusCode::NOT_FOUND, "<Error><Code>NoSuchBucket</Code></Error>".to_owned());
    while plane.json("/health").await.1["store_error"] != "NoSuchBucket: check the bucket in --snapshot-store"
    {
    }
    plane.stop().await;
    store.stop().await;
}

#[tokio::test]
async fn a_plane_is_not_ready_until_its_store_responds() {
    let (plane, store, response) = planes(StatusCode::INTERNAL_SERVER_ERROR, "").await;
    assert_eq!(plane.get("/decide?user_key=u&env=prod").await.status(), 503);
    assert_eq!(plane.json("/ready").await, (503, serde_json::json!({"status": "unavailable"})));
    let (status, health) = plane.json("/health").await;
    assert_eq!((status, &health["status"]), (503, &"degraded".into()));
    assert!(health["store_error"].as_str().unwrap().contains("500"), "{health}");
    let configs = plane.get("/configs/prod/version.json").await;
    assert_eq!(
        (configs.status().as_u16(), &configs.headers()["cache-control"]),
        (503, &"no-store".parse().unwrap())
    );
    *response.lock().unwrap() = (StatusCode::NOT_FOUND, String::new());
    assert_eq!(plane.get("/ready").await.status(), 200);
    *response.lock().unwrap() = (StatusCode::INTERNAL_SERVER_ERROR, String::new());
    assert_eq!(plane.get("/configs/prod/version.json").await.status(), 503);
    assert_eq!(
        plane.json("/health").await,
        (200, serde_json::json!({"status": "ok", "config_versions": {}}))
    );
    plane.stop().await;
    store.stop().await;
}

#[tokio::test]
async fn a_sign_in_page_before_the_first_response_of_a_store_is_named_by_the_health() {
    let (plane, store, _) = planes(StatusCode::OK, "<html>sign in</html>").await;
    // Nobody has asked to decide.
    assert_eq!(plane.get("/ready").await.status(), 503);
    let (status, health) = plane.json("/health").await;
    assert_eq!((status, &health["status"]), (503, &"degraded".into()));
    assert!(health["store_error"].as_str().unwrap().contains("page"), "{health}");
    plane.stop().await;
    store.stop().await;
}

#[tokio::test]
async fn the_last_good_snapshot_stays_live_when_the_store_is_down() {
    let root = tempfile::tempdir().unwrap();
    publish(root.path(), "prod", 1, &snapshot(1));
    let store = format!("file:{}", root.path().display());
    let store = Served::plane(&["decide", "--snapshot-store", &store]).await;
    let plane =
        Served::plane(&["decide", "--snapshot-store", &store.url(""), "--poll-interval", "0.01"]).await;
    assert_eq!(plane.get("/decide?user_key=u&env=prod").await.status(), 200);
    store.stop().await;
    while plane.json("/health").await.1["config_errors"]["prod"].is_null() {}
    let (status, body) = plane.json("/decide?user_key=u&env=prod").await;
    assert_eq!((status, &body["config_version"]), (200, &1.into()));
    plane.stop().await;
}
