//! Decisions over HTTP: the recorded decisions, and all kinds of invalid input.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use edgewise_api::paths;
use reqwest::{Client, Url};
use serde_json::Value;
use support::{Served, TIMEOUT, publish, snapshot};
use tempfile::TempDir;
use tokio::time::timeout;

async fn plane(root: &TempDir) -> Served {
    let store = format!("file:{}", root.path().display());
    Served::plane(&["decide", "--snapshot-store", &store]).await
}

/// Starts a plane with a single environment, `prod`.
async fn small() -> (Served, TempDir) {
    let root = tempfile::tempdir().unwrap();
    publish(root.path(), "prod", 1, &snapshot(1));
    (plane(&root).await, root)
}

#[tokio::test]
async fn the_recorded_decisions_are_reproduced_exactly() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/decisions.json");
    let vectors: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    let root = tempfile::tempdir().unwrap();
    for (number, case) in cases.iter().enumerate() {
        let version = case["snapshot"]["version"].as_u64().unwrap();
        publish(root.path(), &format!("case-{number}"), version, &case["snapshot"].to_string());
    }
    let plane = plane(&root).await;

    let client = Client::new();
    let mut requests = 0;
    for (number, case) in cases.iter().enumerate() {
        let environment = format!("case-{number}");
        for request in case["requests"].as_array().unwrap() {
            let (user, context) = (request["user_key"].as_str().unwrap(), request["context"].to_string());
            let query = [("user_key", user), ("env", &environment), ("context", &context)];
            let url = Url::parse_with_params(&plane.url("/decide"), query).unwrap();
            let response = client.get(url).send().await.unwrap();
            assert_eq!(response.status(), 200, "{request}");
            let response: Value = response.json().await.unwrap();
            assert_eq!(response["assignments"], request["assignments"], "{request}\n{}", case["snapshot"]);
            assert_eq!(response["user_key"], user);
            assert_eq!(response["environment"], environment);
            assert_eq!(response["config_version"], case["snapshot"]["version"]);
            requests += 1;
        }
    }
    assert!(requests >= 1400, "only {requests} requests");
    plane.stop().await;
}

#[tokio::test]
async fn get_and_post_have_the_same_response() {
    let (plane, _root) = small().await;
    let expected = r#"{"user_key":"u","environment":"prod","config_version":1,"assignments":[{"experiment_key":"e","experiment_id":"id-e","variant_key":"v1","variant_id":"id-v","payload":null}]}"#;
    let got = plane.get("/decide?user_key=u&env=prod&context=%7B%22a%22%3A1%7D").await;
    assert_eq!(got.headers()["content-length"], expected.len().to_string().as_str());
    assert_eq!(got.text().await.unwrap(), expected);
    let json = [("content-type", "application/json")];
    let body = r#"{"user_key":"u","env":"prod","context":{"a":1},"more":1}"#;
    assert_eq!(plane.send("POST", "/decide", &json, body).await.text().await.unwrap(), expected);
    plane.stop().await;
}

#[tokio::test]
async fn an_environment_without_snapshot_is_a_503_that_names_the_environment() {
    let (plane, _root) = small().await;
    let (status, body) = plane.json("/decide?user_key=u&env=none").await;
    assert_eq!(status, 503);
    assert_eq!(body["error"], "No config available for environment \"none\"");
    plane.stop().await;
}

#[tokio::test]
async fn an_invalid_query_is_a_400_that_names_the_parameter() {
    let (plane, _root) = small().await;
    let deep = "%5B".repeat(10_000);
    let long_key = "x".repeat(1025);
    for (query, named) in [
        ("env=prod", "user_key"),
        ("user_key=&env=prod", "user_key"),
        ("user_key=u&user_key=v&env=prod", "user_key"),
        ("user_key=a%00b&env=prod", "user_key"),
        (&format!("user_key={long_key}&env=prod"), "user_key"),
        ("user_key=u", "env"),
        ("user_key=u&env=", "env"),
        ("user_key=u&env=prod&env=prod", "env"),
        ("user_key=u&env=..%2Fprod", "env"),
        ("user_key=u&env=%2e%2e", "env"),
        ("user_key=u&env=prod%00", "env"),
        ("user_key=u&env=prod&context=x", "context"),
        ("user_key=u&env=prod&context=[]", "context"),
        ("user_key=u&env=prod&context=null", "context"),
        ("user_key=u&env=prod&context=%7B%22a%22:1e999%7D", "context"),
        ("user_key=u&env=prod&context=%7B%7D&context=%7B%7D", "context"),
        (&format!("user_key=u&env=prod&context=%7B%22a%22:{deep}"), "context"),
    ] {
        let (status, body) = plane.json(&format!("/decide?{query}")).await;
        let error = body["error"].as_str().unwrap();
        assert_eq!(status, 400, "{query}: {error}");
        assert!(error.contains(named), "{query}: {error}");
    }
    plane.stop().await;
}

#[tokio::test]
async fn an_invalid_body_is_a_4xx_that_names_the_problem() {
    let (plane, _root) = small().await;
    let json = [("content-type", "application/json")];
    let text = [("content-type", "text/plain")];
    let valid = r#"{"user_key":"u","env":"prod"}"#;
    let deep = format!(r#"{{"user_key":"u","env":"prod","context":{{"a":{}"#, "[".repeat(10_000));
    let large = format!(r#"{{"user_key":"u","env":"prod","more":"{}"}}"#, "x".repeat(2 << 20));
    for (headers, body, status, named) in [
        (&json, "", 400, "empty"),
        (&json, "{", 400, "JSON"),
        (&json, "[]", 400, "object"),
        (&json, r#"{"env":"prod"}"#, 400, "user_key"),
        (&json, r#"{"user_key":1,"env":"prod"}"#, 400, "user_key"),
        (&json, r#"{"user_key":"u","env":"../x"}"#, 400, "env"),
        (&json, r#"{"user_key":"a\u0000b","env":"prod"}"#, 400, "user_key"),
        (&json, r#"{"user_key":"\ud800","env":"prod"}"#, 400, "user_key"),
        (&json, r#"{"user_key":"u","env":"prod","more":1e999}"#, 400, "JSON"),
        (&json, r#"{"user_key":"u","env":"prod","context":"{}"}"#, 400, "context"),
        (&json, &deep, 400, "JSON"),
        (&json, &large, 413, "at most"),
        (&text, valid, 415, "application/json"),
    ] {
        let response = plane.send("POST", "/decide", headers, body.to_owned()).await;
        let (got, body): (u16, Value) = (response.status().into(), response.json().await.unwrap());
        assert_eq!(got, status, "{body}");
        assert!(body["error"].as_str().unwrap().contains(named), "{body}");
    }
    plane.stop().await;
}

#[tokio::test]
async fn unknown_routes_and_methods_are_a_404_in_json() {
    let (plane, _root) = small().await;
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/api/decide"),
        ("PUT", "/decide"),
        ("POST", "/health"),
        ("DELETE", "/configs/prod"),
    ] {
        let response = plane.send(method, path, &[], "").await;
        assert_eq!(response.status(), 404, "{method} {path}");
        assert!(response.json::<Value>().await.unwrap()["error"].is_string());
    }
    plane.stop().await;
}

#[tokio::test]
async fn health_contains_loaded_versions_and_corrupt_snapshots() {
    let (plane, root) = small().await;
    assert_eq!(
        plane.json("/health").await,
        (200, serde_json::json!({"status": "ok", "config_versions": {}}))
    );
    publish(root.path(), "broken", 1, "{\"version\":");
    plane.get("/decide?user_key=u&env=prod").await;
    assert_eq!(plane.get("/decide?user_key=u&env=broken").await.status(), 503);

    let (status, health) = plane.json("/health").await;
    assert_eq!(status, 200);
    assert_eq!(health["config_versions"], serde_json::json!({"broken": null, "prod": 1}));
    let error = health["config_errors"]["broken"].as_str().unwrap();
    assert!(error.contains(&paths::snapshot(&support::name("broken"), 1)), "{error}");
    assert!(health["config_errors"]["prod"].is_null());
    assert_eq!(plane.json("/ready").await, (200, serde_json::json!({"status": "ok"})));
    plane.stop().await;
}

#[tokio::test]
async fn a_snapshot_of_another_process_becomes_live_without_a_restart() {
    let root = tempfile::tempdir().unwrap();
    publish(root.path(), "prod", 1, &snapshot(1));
    let store = format!("file:{}", root.path().display());
    let plane = Served::plane(&["decide", "--snapshot-store", &store, "--poll-interval", "0.02"]).await;
    let live = async || plane.json("/decide?user_key=u&env=prod").await.1["config_version"].clone();
    assert_eq!(live().await, 1);
    publish(root.path(), "prod", 2, &snapshot(2));
    timeout(TIMEOUT, async { while live().await == 1 {} }).await.unwrap();
    assert_eq!(live().await, 2);
    plane.stop().await;
}
