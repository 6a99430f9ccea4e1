//! The HTTP server, with handlers that panic and clients that send invalid requests.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use std::sync::Arc;

use axum::{Router, routing::get};
use edgewise_http::{ConnectionLimits, Metrics, with_common_routes};
use support::Served;
use tokio::sync::Notify;

#[tokio::test]
async fn a_panic_of_a_handler_is_a_500_in_json_that_is_counted_and_the_server_continues() {
    async fn fault() -> &'static str {
        panic!("a panic of a test")
    }
    let routes = Router::new().route("/fault", get(fault)).route("/", get(async || "ok"));
    let server =
        Served::routes(with_common_routes(routes, &Metrics::default(), ConnectionLimits::default())).await;
    let (status, body) = server.json("/fault").await;
    assert_eq!(status, 500);
    assert!(!body["error"].as_str().unwrap().contains("of a test"), "{body}");
    assert_eq!(server.get("/").await.text().await.unwrap(), "ok");
    let metrics = server.get("/metrics").await.text().await.unwrap();
    for counted in ["{route=\"/fault\",status=\"500\"} 1", "{route=\"/\",status=\"200\"} 1"] {
        assert!(metrics.contains(&format!("edgewise_http_requests_total{counted}\n")), "{metrics}");
    }
    assert_eq!(metrics.matches("requests_total{").count(), 2, "{metrics}");
    server.stop().await;
}

#[tokio::test]
async fn a_current_request_is_finished_when_the_server_is_stopped() {
    let (started, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (started, finish) = (started.clone(), finish.clone());
        async move || {
            started.notify_one();
            finish.notified().await;
            "finished"
        }
    };
    let server = Served::routes(Router::new().route("/", get(handler))).await;
    let (url, address) = (server.url("/"), server.address);
    let request = tokio::spawn(async move { reqwest::get(url).await.unwrap().text().await.unwrap() });
    started.notified().await;
    let stopping = tokio::spawn(server.stop());
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    finish.notify_one();
    assert_eq!(request.await.unwrap(), "finished");
    stopping.await.unwrap();
}

#[tokio::test]
async fn invalid_http_is_refused_with_a_reason() {
    let server = Served::routes(Router::new().route("/", get(async || "expected body"))).await;
    let long = "x".repeat(70_000);
    let many = "x-many: 1\r\n".repeat(200);
    for (request, status, reason) in [
        (&b"no http\r\n\r\n"[..], 400, "not valid HTTP"),
        (b"GET /?user_key=\xff HTTP/1.1\r\nhost: x\r\n\r\n", 400, "UTF-8"),
        (b"GET /?context={\"a\":1} HTTP/1.1\r\nhost: x\r\n\r\n", 400, "percent-encoded"),
        (b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", 400, "not valid HTTP"),
        (format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes(), 414, "URL is too long"),
        (format!("GET / HTTP/1.1\r\nhost: x\r\n{many}\r\n").as_bytes(), 431, "headers"),
    ] {
        let response = server.raw(request).await;
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{response}");
        assert!(head.contains("content-type: application/json"), "{response}");
        assert!(head.contains(&format!("content-length: {}", body.len())), "{response}");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert!(body["error"].as_str().unwrap().contains(reason), "{body}");
    }
    let twice = "GET / HTTP/1.1\r\nhost: x\r\n\r\nno http\r\n\r\n";
    let responses = server.raw(twice).await;
    assert!(responses.contains("expected body") && responses.contains("HTTP/1.1 400"), "{responses}");
    server.stop().await;
}

#[tokio::test]
async fn an_error_response_of_a_route_is_not_changed() {
    let refused = Router::new().route("/", get(async || axum::http::StatusCode::BAD_REQUEST));
    let server = Served::routes(refused).await;
    let responses = server
        .raw("GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await;
    assert_eq!(responses.matches("HTTP/1.1 400").count(), 2, "{responses}");
    assert_eq!(responses.matches("content-length: 0").count(), 2, "{responses}");
    server.stop().await;
}
