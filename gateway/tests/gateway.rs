//! The gateway in front of its planes: forwarding, health checks and the rate limit.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use axum::{
    Router,
    body::{Body, HttpBody},
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use hyper::body::Frame;
use serde_json::{Value, json};
use support::Served;
use tokio::{
    net::TcpSocket,
    sync::{Notify, mpsc::Receiver},
};

/// Responds with a description of the request.
async fn echo(request: Request) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let header = |name: &str| {
        let values = head.headers.get_all(name).into_iter();
        values.map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join(" | ")
    };
    let received = json!({
        "method": head.method.as_str(),
        "target": head.uri.path_and_query().unwrap().as_str(),
        "body": String::from_utf8_lossy(&body),
        "for": header("x-forwarded-for"),
        "proto": header("x-forwarded-proto"),
        "forwarded_host": header("x-forwarded-host"),
        "forwarded": header("forwarded"),
        "host": header("host"),
        "custom": header("x-custom"),
        "hop": format!("{}{}{}", header("x-hop"), header("keep-alive"), header("te")),
        "length": header("content-length"),
    });
    let headers = [("x-plane", "yes"), ("connection", "x-private"), ("x-private", "1"), ("keep-alive", "1")];
    (headers, received.to_string()).into_response()
}

fn plane(name: &'static str) -> Router {
    Router::new()
        .route("/health", get(async || "ok"))
        .route("/ready", get(async || "ok"))
        .route("/name", get(async move || name))
        .fallback(echo)
}

async fn gateway(control: &str, decide: &str, more: &[&str]) -> Served {
    let args = ["gateway", "--control-url", control, "--decide-url", decide];
    Served::plane(&[&args, more].concat()).await
}

/// Starts a gateway in front of two planes that echo requests.
async fn all() -> (Served, Served, Served) {
    let (control, decide) = (Served::routes(plane("control")).await, Served::routes(plane("decide")).await);
    (gateway(&control.url(""), &decide.url("/"), &[]).await, control, decide)
}

/// Returns a URL where no process listens, and the socket that reserves the address.
fn unreachable() -> (String, TcpSocket) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    (format!("http://{}", socket.local_addr().unwrap()), socket)
}

async fn echoed(gateway: &Served, target: &str) -> Value {
    let response =
        gateway.raw(format!("GET {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")).await;
    let (_, body) = response.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or_else(|_| panic!("{target}: {response}"))
}

#[tokio::test]
async fn each_path_is_forwarded_unchanged_to_its_plane() {
    let (gateway, control, decide) = all().await;
    assert_eq!(gateway.get("/api/name").await.text().await.unwrap(), "control");
    for (target, forwarded) in [
        ("/api/experiments?a=1&a=2", "/experiments?a=1&a=2"),
        (
            "/api/x/%2e%2e/y%2Fz//a/../b?q=%7B%22a%22:1%7D&s='+%20;&t=%FF",
            "/x/%2e%2e/y%2Fz//a/../b?q=%7B%22a%22:1%7D&s='+%20;&t=%FF",
        ),
        ("/api/decide?user_key=a%20b+c&env=prod", "/decide?user_key=a%20b+c&env=prod"),
        ("/api/decide?", "/decide?"),
        ("/api/decide", "/decide"),
        ("/api/decide/x", "/decide/x"),
        ("/configs/prod/version.json", "/configs/prod/version.json"),
        ("/configs/..%2f?x", "/configs/..%2f?x"),
    ] {
        assert_eq!(echoed(&gateway, target).await["target"], forwarded, "{target}");
    }
    assert_eq!(echoed(&gateway, "/api/decide").await["host"], decide.address.to_string());
    assert_eq!(echoed(&gateway, "/configs/x").await["host"], decide.address.to_string());
    assert_eq!(echoed(&gateway, "/api/decide/x").await["host"], control.address.to_string());
    // With the dashboard, there are pages at `/` and `/environments`.
    for path in
        ["/decide", "/api", "/api/", "/api/metrics", "/api/ready", "/configs", "/docs", "/x/environments"]
    {
        assert_eq!(gateway.json(path).await.0, 404, "{path}");
    }
    for served in [gateway, control, decide] {
        served.stop().await;
    }
}

#[tokio::test]
async fn headers_are_forwarded_except_for_those_of_the_connection() {
    let (gateway, control, decide) = all().await;
    let request = "POST /api/experiments HTTP/1.1\r\nhost: localhost:3000\r\nx-custom: 1\r\nx-custom: 2\r\n\
                   connection: close, x-hop\r\nx-hop: 1\r\nkeep-alive: 5\r\nte: trailers\r\n\
                   content-length: 4\r\n\r\nbody";
    let response = gateway.raw(request).await;
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    let received: Value = serde_json::from_str(body).unwrap();
    assert_eq!(received["method"], "POST");
    assert_eq!(received["body"], "body");
    assert_eq!(received["length"], "4");
    assert_eq!(received["custom"], "1 | 2");
    assert_eq!(received["hop"], "");
    assert_eq!(received["for"], "127.0.0.1");
    assert_eq!(received["proto"], "http");
    assert_eq!(received["forwarded_host"], "localhost:3000");
    assert!(head.contains("x-plane: yes"), "{head}");
    assert!(!head.contains("x-private") && !head.contains("keep-alive"), "{head}");
    for served in [gateway, control, decide] {
        served.stop().await;
    }
}

/// The headers of a proxy in front of a gateway.
const OF_A_PROXY: [(&str, &str); 5] = [
    ("x-forwarded-for", "198.51.100.9, 192.0.2.7"),
    ("x-forwarded-for", "192.0.2.8"),
    ("x-forwarded-proto", "https"),
    ("x-forwarded-host", "a.localhost"),
    ("forwarded", "for=192.0.2.7"),
];

#[tokio::test]
async fn the_forwarded_headers_of_a_peer_are_kept_only_if_the_peer_is_trusted() {
    let echoing = Served::routes(plane("any")).await;
    let url = echoing.url("");
    for (trusted, path) in [
        (false, "/api/experiments"),
        (true, "/api/experiments"),
        (false, "/api/decide"),
        (true, "/api/decide"),
        (false, "/configs/x"),
    ] {
        let list = if trusted { "10.0.0.1,127.0.0.0/8" } else { "10.0.0.1,127.0.0.2" };
        let gateway = gateway(&url, &url, &["--trusted-proxies", list]).await;
        let received: Value = gateway.send("POST", path, &OF_A_PROXY, "").await.json().await.unwrap();
        let received =
            ["for", "proto", "forwarded_host", "forwarded"].map(|name| received[name].as_str().unwrap());
        let own = gateway.address.to_string();
        let expected = if trusted {
            ["198.51.100.9, 192.0.2.7, 192.0.2.8, 127.0.0.1", "https", "a.localhost", "for=192.0.2.7"]
        } else {
            ["127.0.0.1", "http", &own, ""]
        };
        assert_eq!(received, expected, "{path}");
        gateway.stop().await;
    }
    echoing.stop().await;
}

/// A body whose parts arrive through a channel.
struct Parts(Receiver<&'static str>);

impl HttpBody for Parts {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|part| part.map(|part| Ok(Frame::data(Bytes::from_static(part.as_bytes())))))
    }
}

#[tokio::test]
async fn a_response_is_streamed() {
    let go_on = Arc::new(Notify::new());
    let stream = {
        let go_on = go_on.clone();
        async move || {
            let (sender, receiver) = tokio::sync::mpsc::channel::<&'static str>(1);
            tokio::spawn(async move {
                sender.send("first").await.unwrap();
                go_on.notified().await;
                sender.send("second").await.unwrap();
            });
            Body::new(Parts(receiver))
        }
    };
    let control = Served::routes(Router::new().route("/stream", get(stream))).await;
    let (away, _socket) = unreachable();
    let gateway = gateway(&control.url(""), &away, &[]).await;
    let mut response = gateway.get("/api/stream").await;
    assert_eq!(response.chunk().await.unwrap().unwrap(), "first");
    go_on.notify_one();
    assert_eq!(response.chunk().await.unwrap().unwrap(), "second");
    assert_eq!(response.chunk().await.unwrap(), None);
    gateway.stop().await;
    control.stop().await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_by_the_gateway() {
    let (gateway, control, decide) = all().await;
    for path in ["/api/experiments", "/api/decide"] {
        let response = gateway.send("POST", path, &[], vec![b'x'; 2 << 20]).await;
        assert_eq!(response.status(), 413, "{path}");
        assert!(response.json::<Value>().await.unwrap()["error"].is_string());
    }
    let largest = gateway.send("POST", "/api/experiments", &[], vec![b'x'; 1 << 20]).await;
    assert_eq!(largest.status(), 200);
    // A server that stops waits for clients that have not read their responses.
    drop(largest);
    for served in [gateway, control, decide] {
        served.stop().await;
    }
}

#[tokio::test]
async fn a_plane_that_is_down_is_a_502_that_names_the_plane() {
    let (away, _socket) = unreachable();
    let gateway = gateway(&away, &away, &[]).await;
    for (path, plane) in [
        ("/api/experiments", "control plane"),
        ("/api/decide", "decision plane"),
        ("/configs/x", "decision plane"),
    ] {
        let (status, body) = gateway.json(path).await;
        assert_eq!(status, 502, "{path}");
        assert!(body["error"].as_str().unwrap().contains(plane), "{body}");
    }
    gateway.stop().await;
}

#[tokio::test]
async fn health_reports_whether_each_plane_is_ok_unhealthy_or_unreachable() {
    let broken = Router::new().fallback(async || StatusCode::SERVICE_UNAVAILABLE);
    let (well, broken) = (Served::routes(plane("any")).await, Served::routes(broken).await);
    let (away, _socket) = unreachable();
    for (control, decide, status, expected) in [
        (well.url(""), well.url(""), 200, ["ok", "ok", "ok"]),
        (broken.url(""), well.url(""), 503, ["degraded", "unhealthy", "ok"]),
        (well.url(""), away, 503, ["degraded", "ok", "unreachable"]),
    ] {
        let gateway = gateway(&control, &decide, &[]).await;
        let [all, experiment, decision] = expected;
        let services = json!({"experiment_service": experiment, "decision_service": decision});
        for path in ["/health", "/api/health", "/ready"] {
            assert_eq!(
                gateway.json(path).await,
                (status, json!({"status": all, "services": services})),
                "{path}"
            );
        }
        gateway.stop().await;
    }
    well.stop().await;
    broken.stop().await;
}

#[tokio::test]
async fn decisions_are_limited_and_nothing_else_is() {
    let (echoing, more) = (Served::routes(plane("any")).await, ["--decide-rate-limit-max", "2"]);
    let gateway = gateway(&echoing.url(""), &echoing.url(""), &more).await;
    for remaining in ["1", "0"] {
        // Requests that cannot decide do not count.
        for method in ["OPTIONS", "PUT", "PATCH", "DELETE"] {
            let response = gateway.send(method, "/api/decide", &[], "").await;
            assert_eq!(response.status(), 404, "{method}");
            assert!(!response.headers().contains_key("x-ratelimit-limit"), "{method}");
        }
        let response = gateway.get("/api/decide").await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["x-ratelimit-limit"], "2");
        assert_eq!(response.headers()["x-ratelimit-remaining"], remaining);
        assert!(response.headers().contains_key("x-ratelimit-reset"));
    }
    let refused = gateway.get("/api/decide").await;
    assert_eq!(refused.status(), 429);
    let seconds = refused.headers()["retry-after"].to_str().unwrap().to_owned();
    assert_eq!(refused.headers()["x-ratelimit-remaining"], "0");
    let body: Value = refused.json().await.unwrap();
    let message = format!("Rate limit exceeded, retry in {seconds} seconds");
    assert_eq!(body, json!({"error": "Too Many Requests", "message": message, "statusCode": 429}));
    assert_eq!(gateway.get("/api/experiments").await.status(), 200);
    assert_eq!(gateway.get("/configs/x").await.status(), 200);
    gateway.stop().await;
    echoing.stop().await;
}
