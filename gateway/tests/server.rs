//! The HTTP server, whatever its handlers and clients do.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::sync::Arc;

use axum::{Router, routing::get};
use support::Served;
use tokio::sync::Notify;

#[tokio::test]
async fn a_handler_that_panics_is_a_500_in_json_and_the_server_goes_on() {
    async fn fault() -> &'static str {
        panic!("a fault of a test")
    }
    let server =
        Served::routes(Router::new().route("/fault", get(fault)).route("/", get(async || "well"))).await;
    let (status, body) = server.json("/fault").await;
    assert_eq!(status, 500);
    assert!(!body["error"].as_str().unwrap().contains("of a test"), "{body}");
    assert_eq!(server.get("/").await.text().await.unwrap(), "well");
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
async fn what_is_no_http_is_refused_and_closed() {
    let server = Served::routes(Router::new().route("/", get(async || "well"))).await;
    for request in ["no http\r\n\r\n".to_owned(), format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(1 << 20))] {
        let answer = server.raw(request).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    server.stop().await;
}
