//! All planes in one process, and the control plane alone.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use serde_json::{Value, json};
use support::Served;
use tempfile::TempDir;

async fn start(plane: &str, more: &[&str]) -> (Served, TempDir) {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("a directory?").display().to_string();
    let args = [&[plane, "--data-dir", &data], more].concat();
    (Served::plane(&args).await, root)
}

async fn change(served: &Served, method: &str, path: &str, body: Value) -> Value {
    let json = [("content-type", "application/json")];
    let response = served.send(method, path, &json, body.to_string()).await;
    let status = response.status();
    let body = response.json().await.unwrap();
    assert!(status.is_success(), "{method} {path}: {status} {body}");
    body
}

#[tokio::test]
async fn a_published_version_is_used_by_the_next_decision() {
    // The long interval rules out that a poll has loaded the version.
    let (served, _root) = start("serve", &["--poll-interval", "86400"]).await;
    assert_eq!(served.get("/api/decide?user_key=u&env=prod").await.status(), 503);
    let environment = change(&served, "POST", "/api/environments", json!({"name": "prod"})).await;
    let experiment = json!({"key": "e", "name": "E", "environmentId": environment["id"]});
    let experiment = change(&served, "POST", "/api/experiments", experiment).await;
    let path = format!("/api/experiments/{}", experiment["id"].as_str().unwrap());
    let variant = json!({"key": "on", "name": "On", "payload": {"a": 1}});
    let variant = change(&served, "POST", &format!("{path}/variants"), variant).await;
    let all = json!({"allocations": [{"variantId": variant["id"], "rangeStart": 0, "rangeEnd": 9999}]});
    change(&served, "PUT", &format!("{path}/allocations"), all).await;
    change(&served, "PATCH", &format!("{path}/status"), json!({"status": "RUNNING"})).await;

    let decided = served.get("/api/decide?user_key=u&env=prod").await;
    assert_eq!(decided.headers()["x-ratelimit-limit"], "300");
    let decided: Value = decided.json().await.unwrap();
    assert_eq!(decided["config_version"], 1);
    assert_eq!(decided["assignments"][0]["variant_key"], "on");
    assert_eq!(served.json("/configs/prod/version.json").await.1["version"], 1);

    let health = json!({
        "status": "ok",
        "services": {"experiment_service": "ok", "decision_service": "ok"},
        "config_versions": {"prod": 1},
    });
    assert_eq!(served.json("/health").await, (200, health.clone()));
    assert_eq!(served.json("/api/health").await, (200, health));
    assert_eq!(served.json("/ready").await, (200, json!({"status": "ok"})));
    let metrics = served.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("route=\"/api/decide\""), "{metrics}");
    assert!(metrics.contains("route=\"/api/experiments/{id}/status\""), "{metrics}");
    served.stop().await;
}

#[tokio::test]
async fn unknown_routes_and_methods_are_a_404_in_json() {
    let (served, _root) = start("serve", &[]).await;
    for (method, path) in [
        ("GET", "/unknown"),
        ("GET", "/decide"),
        // The dashboard, if it is built in, has pages at these paths, but accepts no POST.
        ("POST", "/"),
        ("POST", "/environments"),
        ("GET", "/api"),
        ("GET", "/api/unknown"),
        ("GET", "/api/metrics"),
        ("PUT", "/api/environments"),
        ("DELETE", "/api/decide"),
        ("PATCH", "/api/experiments"),
        ("POST", "/health"),
    ] {
        let response = served.send(method, path, &[], "").await;
        assert_eq!(response.status(), 404, "{method} {path}");
        assert!(response.json::<Value>().await.unwrap()["error"].is_string(), "{method} {path}");
    }
    served.stop().await;
}

#[tokio::test]
async fn a_control_plane_serves_its_routes_with_and_without_prefix_and_no_decisions() {
    let (served, _root) = start("control", &[]).await;
    change(&served, "POST", "/environments", json!({"name": "prod"})).await;
    assert_eq!(served.json("/health").await, (200, json!({"status": "ok"})));
    assert_eq!(served.json("/ready").await, (200, json!({"status": "ok"})));
    assert_eq!(served.json("/api/environments").await, served.json("/environments").await);
    for path in
        ["/decide?user_key=u&env=prod", "/api/decide?user_key=u&env=prod", "/configs/prod/version.json"]
    {
        assert_eq!(served.json(path).await.0, 404, "{path}");
    }
    served.stop().await;
}

#[tokio::test]
async fn the_openapi_document_and_its_page_are_served() {
    let (served, _root) = start("serve", &[]).await;
    let (status, document) = served.json("/api/openapi.json").await;
    assert_eq!(status, 200);
    assert!(document["paths"]["/api/experiments"].is_object());
    let page = served.get("/api/docs").await;
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    assert!(page.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    served.stop().await;
    let (control, _root) = start("control", &[]).await;
    let (_, document) = control.json("/openapi.json").await;
    assert!(document["paths"]["/experiments"].is_object());
    assert_eq!(control.get("/docs").await.status(), 200);
    control.stop().await;
}
