//! The HTTP server, whatever its handlers and clients do.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::sync::Arc;

use axum::{Router, routing::get};
use edgewise_http::{Metrics, with_common_routes};
use support::Served;
use tokio::sync::Notify;

#[tokio::test]
async fn a_handler_that_panics_is_a_500_in_json_that_is_counted_and_the_server_goes_on() {
    async fn fault() -> &'static str {
        panic!("a fault of a test")
    }
    let routes = Router::new().route("/fault", get(fault)).route("/", get(async || "well"));
    let server = Served::routes(with_common_routes(routes, &Metrics::default())).await;
    let (status, body) = server.json("/fault").await;
    assert_eq!(status, 500);
    assert!(!body["error"].as_str().unwrap().contains("of a test"), "{body}");
    assert_eq!(server.get("/").await.text().await.unwrap(), "well");
    let metrics = server.get("/metrics").await.text().await.unwrap();
    for counted in ["{route=\"/fault\",status=\"500\"} 1", "{route=\"/\",status=\"200\"} 1"] {
        assert!(metrics.contains(&format!("edgewise_http_requests_total{counted}\n")), "{metrics}");
    }
    assert_eq!(metrics.matches("requests_total{").count(), 2, "{metrics}");
    server.stop().await;
}

#[tokio::test]
async fn a_request_under_way_is_finished_when_the_server_is_stopped() {
    let (came, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let handler = {
        let (came, go_on) = (came.clone(), go_on.clone());
        async move || {
            came.notify_one();
            go_on.notified().await;
            "finished"
        }
    };
    let server = Served::routes(Router::new().route("/", get(handler))).await;
    let (url, address) = (server.url("/"), server.address);
    let request = tokio::spawn(async move { reqwest::get(url).await.unwrap().text().await.unwrap() });
    came.notified().await;
    let stopping = tokio::spawn(server.stop());
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    go_on.notify_one();
    assert_eq!(request.await.unwrap(), "finished");
    stopping.await.unwrap();
}

#[tokio::test]
async fn what_is_no_http_is_refused_with_a_reason() {
    let server = Served::routes(Router::new().route("/", get(async || "well"))).await;
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
        let answer = server.raw(request).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(head.contains("content-type: application/json"), "{answer}");
        assert!(head.contains(&format!("content-length: {}", body.len())), "{answer}");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert!(body["error"].as_str().unwrap().contains(reason), "{body}");
    }
    let twice = "GET / HTTP/1.1\r\nhost: x\r\n\r\nno http\r\n\r\n";
    let answer = server.raw(twice).await;
    assert!(answer.contains("well") && answer.contains("HTTP/1.1 400"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn what_a_route_refuses_is_passed_as_it_is() {
    let refused = Router::new().route("/", get(async || axum::http::StatusCode::BAD_REQUEST));
    let server = Served::routes(refused).await;
    let answer = server
        .raw("GET / HTTP/1.1\r\nhost: x\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await;
    assert_eq!(answer.matches("HTTP/1.1 400").count(), 2, "{answer}");
    assert_eq!(answer.matches("content-length: 0").count(), 2, "{answer}");
    server.stop().await;
}
