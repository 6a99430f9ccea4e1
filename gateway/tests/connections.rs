//! The limits on connections: idle clients, clients that do not read, too many connections, and too many streams.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    http::header,
    routing::get,
};
use edgewise_http::{ConnectionLimits, Metrics, with_common_routes};
use hyper::body::Frame;
use reqwest::Response;
use serde_json::Value;
use support::{Served, TIMEOUT};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
    time::timeout,
};

/// The body of a stream without an end. `silent` sends nothing.
struct Endless {
    silent: bool,
}

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.silent {
            return Poll::Pending;
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'\n'; 16384])))))
    }
}

/// Routes with handlers that a test controls.
#[derive(Default)]
struct Handlers {
    started: Arc<Notify>,
    finish: Arc<Notify>,
}

impl Handlers {
    async fn serve(&self, limits: ConnectionLimits) -> Served {
        let stream = |silent| {
            async move || ([(header::CONTENT_TYPE, "text/event-stream")], Body::new(Endless { silent }))
        };
        let (started, finish) = (self.started.clone(), self.finish.clone());
        let busy = async move || {
            started.notify_one();
            finish.notified().await;
            "finished"
        };
        let routes = Router::new()
            .route("/", get(async || "ok").post(async || "ok"))
            .route("/busy", get(busy))
            .route("/large", get(async || vec![0u8; 32 << 20]))
            .route("/endless", get(stream(false)))
            .route("/silent", get(stream(true)));
        Served::routes(with_common_routes(routes, &Metrics::default(), limits)).await
    }
}

async fn request(server: &Served, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    send(&mut stream, path).await;
    stream
}

async fn send(stream: &mut TcpStream, path: &str) {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await.unwrap();
}

/// Reads the response to a request whose response is `ok`.
async fn read_ok(stream: &mut TcpStream) {
    let mut response = Vec::new();
    while !response.ends_with(b"\r\n\r\nok") {
        response.push(stream.read_u8().await.unwrap());
    }
    assert!(response.starts_with(b"HTTP/1.1 200 "));
}

async fn read_to_end(mut stream: TcpStream) -> String {
    let mut response = String::new();
    timeout(TIMEOUT, stream.read_to_string(&mut response)).await.unwrap().unwrap();
    response
}

async fn assert_refused(response: Response) {
    assert_eq!(response.status(), 503);
    assert!(response.headers().contains_key("retry-after"));
    let body: Value = response.json().await.unwrap();
    assert!(body.get("error").unwrap().as_str().unwrap().contains("--max-"), "{body}");
}

/// Waits until the metrics of a server contain a line.
async fn until_metrics_contain(server: &Served, line: &str) {
    let mut metrics = String::new();
    let contained = async {
        while !metrics.contains(&format!("\n{line}\n")) {
            metrics = server.get("/metrics").await.text().await.unwrap();
        }
    };
    assert!(timeout(TIMEOUT, contained).await.is_ok(), "{line}: {metrics}");
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_the_idle_timeout() {
    let server = Served::plane(&["gateway", "--idle-timeout", "0.2"]).await;
    assert!(read_to_end(TcpStream::connect(server.address).await.unwrap()).await.is_empty());
    let response = read_to_end(request(&server, "/openapi.json").await).await;
    assert!(response.starts_with("HTTP/1.1 "), "{response}");
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_disconnected() {
    let write = Duration::from_millis(200);
    let server = Handlers::default().serve(ConnectionLimits { write, ..ConnectionLimits::default() }).await;
    let _unread = [request(&server, "/large").await, request(&server, "/endless").await];
    // The connection that asks for the metrics is open.
    until_metrics_contain(&server, "edgewise_http_connections 1").await;
    until_metrics_contain(&server, "edgewise_http_streams 0").await;
    server.stop().await;
}

#[tokio::test]
async fn an_idle_connection_makes_room_for_a_new_one() {
    let handlers = Handlers::default();
    let server = handlers.serve(ConnectionLimits { connections: 2, ..ConnectionLimits::default() }).await;
    let busy = request(&server, "/busy").await;
    handlers.started.notified().await;
    let mut idle = request(&server, "/").await;
    read_ok(&mut idle).await;
    send(&mut idle, "/").await;
    read_ok(&mut idle).await;
    assert_eq!(server.get("/").await.text().await.unwrap(), "ok");
    assert_eq!(read_to_end(idle).await, "");
    handlers.finish.notify_one();
    let mut busy = busy;
    let mut response = [0; 12];
    busy.read_exact(&mut response).await.unwrap();
    assert_eq!(&response, b"HTTP/1.1 200");
    server.stop().await;
}

#[tokio::test]
async fn a_connection_is_refused_while_all_others_are_in_use() {
    let handlers = Handlers::default();
    let server = handlers.serve(ConnectionLimits { connections: 2, ..ConnectionLimits::default() }).await;
    let mut in_use = [request(&server, "/busy").await, request(&server, "/busy").await];
    for _ in &in_use {
        handlers.started.notified().await;
    }
    assert_refused(server.get("/").await).await;
    let refused = read_to_end(request(&server, "/metrics").await).await;
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("connection: close"), "{refused}");
    for stream in &mut in_use {
        handlers.finish.notify_one();
        let mut response = [0; 12];
        stream.read_exact(&mut response).await.unwrap();
        assert_eq!(&response, b"HTTP/1.1 200");
    }
    assert_eq!(server.get("/").await.text().await.unwrap(), "ok");
    until_metrics_contain(&server, "edgewise_http_connections_refused_total 2").await;
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_sends_no_more_receives_the_response_when_it_is_ready() {
    let handlers = Handlers::default();
    let server = handlers.serve(ConnectionLimits::default()).await;
    let mut client = request(&server, "/busy").await;
    client.shutdown().await.unwrap();
    handlers.started.notified().await;
    handlers.finish.notify_one();
    let response = read_to_end(client).await;
    assert!(response.ends_with("\r\n\r\nfinished"), "{response}");
    server.stop().await;
}

#[tokio::test]
async fn a_slow_body_makes_room_for_a_new_connection() {
    let server =
        Handlers::default().serve(ConnectionLimits { connections: 2, ..ConnectionLimits::default() }).await;
    let mut slow = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head = b"POST / HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n";
        stream.write_all(head).await.unwrap();
        // The server waits for the body from now on.
        let mut response = Vec::new();
        while !response.ends_with(b"\r\n\r\n") {
            response.push(stream.read_u8().await.unwrap());
        }
        assert_eq!(response, b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(b"{").await.unwrap();
        slow.push(stream);
    }
    assert_eq!(server.get("/").await.text().await.unwrap(), "ok");
    let ended = read_to_end(slow.remove(0)).await;
    assert!(ended.starts_with("HTTP/1.1 408 ") && ended.contains("connection: close"), "{ended}");
    let mut last = slow.remove(0);
    last.write_all(b"}").await.unwrap();
    read_ok(&mut last).await;
    server.stop().await;
}

#[tokio::test]
async fn a_stream_is_refused_while_there_are_too_many() {
    let server =
        Handlers::default().serve(ConnectionLimits { streams: 1, ..ConnectionLimits::default() }).await;
    let first = server.get("/silent").await;
    assert_eq!(first.status(), 200);
    assert_refused(server.get("/silent").await).await;
    let metrics = server.get("/metrics").await.text().await.unwrap();
    for line in [
        "edgewise_http_streams 1",
        "edgewise_http_streams_refused_total 1",
        "edgewise_http_requests_total{route=\"/silent\",status=\"503\"} 1",
    ] {
        assert!(metrics.contains(&format!("\n{line}\n")), "{line}: {metrics}");
    }
    drop(first);
    until_metrics_contain(&server, "edgewise_http_streams 0").await;
    assert_eq!(server.get("/silent").await.status(), 200);
    server.stop().await;
}

#[tokio::test]
async fn the_streams_of_each_plane_have_a_limit() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data").display().to_string();
    let control = Served::plane(&["control", "--data-dir", &data, "--max-streams", "1"]).await;
    let gateway = async |most: &str| {
        Served::plane(&["gateway", "--control-url", &control.url(""), "--max-streams", most]).await
    };
    let (closed, open) = (gateway("0").await, gateway("2").await);
    assert_refused(closed.get("/api/stream").await).await;
    until_metrics_contain(&control, "edgewise_http_streams 0").await;
    let first = open.get("/api/stream").await;
    assert_eq!(first.status(), 200);
    assert_refused(open.get("/api/stream").await).await;
    assert_refused(control.get("/stream").await).await;
    drop(first);
    for server in [closed, open, control] {
        server.stop().await;
    }
}
