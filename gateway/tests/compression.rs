//! Compressed responses: which responses are compressed, and their headers.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use std::{convert::Infallible, io::Read};

use axum::{
    Router,
    body::Body,
    http::header,
    response::{IntoResponse, Response as Answer},
    routing::get,
};
use bytes::Bytes;
use edgewise_http::with_compression;
use reqwest::Response;
use serde_json::{Value, json};
use support::{Served, publish, snapshot};
use tempfile::TempDir;

/// What browsers send.
const BROWSER: &str = "gzip, deflate, br, zstd";

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

async fn accepting(served: &Served, path: &str, codings: &str) -> Response {
    served.send("GET", path, &[("accept-encoding", codings)], "").await
}

/// Reads a body and reverses its coding.
async fn content(response: Response) -> Bytes {
    let coding = header(&response, "content-encoding").map(str::to_owned);
    let length = header(&response, "content-length").map(str::to_owned);
    let body = response.bytes().await.unwrap();
    if let Some(length) = length {
        assert_eq!(body.len().to_string(), length);
    }
    let mut content = Vec::new();
    match coding.as_deref() {
        None => return body,
        Some("br") => brotli::BrotliDecompress(&mut &*body, &mut content).unwrap(),
        Some("gzip") => {
            flate2::read::GzDecoder::new(&*body).read_to_end(&mut content).unwrap();
        }
        Some(other) => unreachable!("no client accepts {other}"),
    }
    content.into()
}

/// Returns a snapshot of 200 experiments.
fn large_snapshot(version: u64) -> String {
    let mut large: Value = serde_json::from_str(&snapshot(version)).unwrap();
    let one = large["experiments"][0].clone();
    let many = (0..200).map(|number| {
        let mut experiment = one.clone();
        experiment["id"] = json!(format!("id-{number}"));
        experiment["key"] = json!(format!("experiment-{number}"));
        experiment
    });
    large["experiments"] = many.collect();
    large.to_string()
}

/// Starts a decision plane with the versions 7, which is small, and 8, which is large.
async fn decision_plane() -> (Served, TempDir) {
    let root = tempfile::tempdir().unwrap();
    publish(root.path(), "prod", 7, &snapshot(7));
    publish(root.path(), "prod", 8, &large_snapshot(8));
    let store = format!("file:{}", root.path().display());
    (Served::plane(&["decide", "--snapshot-store", &store]).await, root)
}

const LARGE: &str = "/configs/prod/snapshots/8.json";

#[tokio::test]
async fn published_objects_are_sent_in_the_coding_that_the_client_prefers() {
    let (plane, _root) = decision_plane().await;
    let plain = plane.get(LARGE).await;
    let etag = header(&plain, "etag").unwrap().to_owned();
    assert!(etag.starts_with('"'), "{etag}");
    assert_eq!(header(&plain, "vary"), Some("accept-encoding"));
    let expected = content(plain).await;
    for (codings, coding) in [
        (BROWSER, Some("br")),
        ("gzip", Some("gzip")),
        ("GZIP", Some("gzip")),
        ("gzip, br;q=0.2", Some("gzip")),
        ("*", Some("br")),
        ("br;q=0, *", Some("gzip")),
        ("gzip;q=0", None),
        ("identity", None),
        ("identity, gzip;q=0.5", None),
        ("deflate, zstd", None),
        ("", None),
    ] {
        // The second response comes from memory.
        for _ in [1, 2] {
            let response = accepting(&plane, LARGE, codings).await;
            assert_eq!(response.status(), 200, "{codings}");
            assert_eq!(header(&response, "content-encoding"), coding, "{codings}");
            assert_eq!(header(&response, "vary"), Some("accept-encoding"), "{codings}");
            let tag = if coding.is_some() { format!("W/{etag}") } else { etag.clone() };
            assert_eq!(header(&response, "etag"), Some(&*tag), "{codings}");
            assert_eq!(header(&response, "content-type"), Some("application/json"));
            assert_eq!(header(&response, "cache-control"), Some("public, max-age=31536000, immutable"));
            assert_eq!(header(&response, "access-control-allow-origin"), Some("*"));
            assert!(header(&response, "content-length").is_some(), "{codings}");
            assert!(header(&response, "accept-ranges").is_none(), "{codings}");
            assert_eq!(content(response).await, expected, "{codings}");
        }
    }
    let two_lines = [("accept-encoding", "deflate"), ("accept-encoding", "gzip")];
    let response = plane.send("GET", LARGE, &two_lines, "").await;
    assert_eq!(header(&response, "content-encoding"), Some("gzip"));
    let range = [("accept-encoding", "gzip"), ("range", "bytes=0-9")];
    let response = plane.send("GET", LARGE, &range, "").await;
    assert_eq!((response.status().as_u16(), header(&response, "content-encoding")), (200, None));
    assert_eq!(content(response).await, expected);
    plane.stop().await;
}

#[tokio::test]
async fn a_client_with_a_compressed_copy_gets_a_304_with_the_weak_etag() {
    let (plane, _root) = decision_plane().await;
    let etag = header(&plane.get(LARGE).await, "etag").unwrap().to_owned();
    let weak = format!("W/{etag}");
    for (sent, expected) in [
        (weak.clone(), &weak),
        (etag.clone(), &etag),
        (format!("\"other\", {weak}"), &weak),
        (format!("{weak}, {etag}"), &etag),
        ("*".to_owned(), &etag),
    ] {
        for codings in [BROWSER, "identity"] {
            let headers = [("if-none-match", &*sent), ("accept-encoding", codings)];
            let response = plane.send("GET", LARGE, &headers, "").await;
            assert_eq!(response.status(), 304, "{sent}");
            let etags: Vec<_> = response.headers().get_all("etag").iter().collect();
            assert_eq!(etags, [expected], "{sent}");
            assert_eq!(header(&response, "vary"), Some("accept-encoding"));
            assert_eq!(header(&response, "content-encoding"), None);
            assert_eq!(response.bytes().await.unwrap().len(), 0);
        }
    }
    plane.stop().await;
}

#[tokio::test]
async fn head_has_the_headers_of_get() {
    let (plane, _root) = decision_plane().await;
    for path in [LARGE, "/configs/prod/snapshots/7.json", "/openapi.json", "/docs", "/metrics"] {
        for codings in [BROWSER, "gzip", "identity"] {
            let headers = [("accept-encoding", codings)];
            let head = plane.send("HEAD", path, &headers, "").await;
            let get = plane.send("GET", path, &headers, "").await;
            for name in ["content-encoding", "content-type", "vary", "etag", "cache-control"] {
                assert_eq!(header(&head, name), header(&get, name), "{name} of {path}, {codings}");
            }
            if path != "/metrics" {
                assert_eq!(header(&head, "content-length"), header(&get, "content-length"), "{path}");
            }
            assert_eq!(head.bytes().await.unwrap().len(), 0, "{path}");
        }
    }
    plane.stop().await;
}

#[tokio::test]
async fn small_objects_and_the_pointer_to_the_live_version_are_not_compressed() {
    let (plane, _root) = decision_plane().await;
    for path in ["version.json", "snapshots/7.json"] {
        let response = accepting(&plane, &format!("/configs/prod/{path}"), BROWSER).await;
        assert_eq!(header(&response, "content-encoding"), None, "{path}");
        assert_eq!(header(&response, "vary"), None, "{path}");
        assert!(header(&response, "etag").unwrap().starts_with('"'), "{path}");
    }
    plane.stop().await;
}

#[tokio::test]
async fn a_changed_object_is_not_answered_from_memory() {
    let (plane, root) = decision_plane().await;
    let latest = "/configs/prod/snapshots/latest.json";
    for version in [8, 9] {
        publish(root.path(), "prod", version, &large_snapshot(version));
        let response = accepting(&plane, latest, BROWSER).await;
        assert_eq!(header(&response, "content-encoding"), Some("br"));
        assert_eq!(content(response).await, large_snapshot(version));
    }
    plane.stop().await;
}

#[tokio::test]
async fn documents_and_pages_are_compressed() {
    let (plane, _root) = decision_plane().await;
    for path in ["/openapi.json", "/docs"] {
        let plain = plane.get(path).await;
        assert_eq!(header(&plain, "vary"), Some("accept-encoding"), "{path}");
        let expected = content(plain).await;
        for (codings, coding) in [(BROWSER, "br"), ("gzip", "gzip")] {
            let response = accepting(&plane, path, codings).await;
            assert_eq!(header(&response, "content-encoding"), Some(coding), "{path}");
            assert_eq!(header(&response, "vary"), Some("accept-encoding"), "{path}");
            assert_eq!(content(response).await, expected, "{path}");
        }
    }
    let metrics = accepting(&plane, "/metrics", "gzip").await;
    assert_eq!(header(&metrics, "content-encoding"), Some("gzip"));
    plane.stop().await;
}

async fn change(served: &Served, method: &str, path: &str, body: Value) -> Value {
    let headers = [("content-type", "application/json")];
    let response = served.send(method, path, &headers, body.to_string()).await;
    let (status, body): (_, Value) = (response.status(), response.json().await.unwrap());
    assert!(status.is_success(), "{method} {path}: {status} {body}");
    body
}

/// Starts all planes in one process, with a running experiment whose decision is larger than 1 kB. Returns the path of the
/// experiment too.
async fn all_planes() -> (Served, String, TempDir) {
    let root = tempfile::tempdir().unwrap();
    let served = Served::plane(&["serve", "--data-dir", &root.path().display().to_string()]).await;
    let environment = change(&served, "POST", "/api/environments", json!({"name": "prod"})).await;
    let variant = json!({"key": "on", "name": "On", "payload": {"text": "long ".repeat(1000)}});
    let experiment = json!({
        "key": "e", "name": "E", "description": "long ".repeat(300), "environmentId": environment["id"], "status": "RUNNING", "variants": [variant],
        "allocations": [{"variant": "on", "rangeStart": 0, "rangeEnd": 9999}],
    });
    let experiment = change(&served, "POST", "/api/experiments", experiment).await;
    let path = format!("/api/experiments/{}", experiment["id"].as_str().unwrap());
    (served, path, root)
}

#[tokio::test]
async fn resources_and_lists_are_compressed_and_carry_a_weak_etag() {
    let (served, experiment, _root) = all_planes().await;
    for path in ["/api/experiments", &experiment] {
        let plain = served.get(path).await;
        assert_eq!(header(&plain, "vary"), Some("accept-encoding"), "{path}");
        let etag = header(&plain, "etag").map(str::to_owned);
        assert_eq!(etag.is_some(), path == experiment);
        let expected = content(plain).await;
        assert!(expected.len() > 1000, "{path}: {} bytes", expected.len());
        let response = accepting(&served, path, BROWSER).await;
        assert_eq!(header(&response, "content-encoding"), Some("gzip"), "{path}");
        assert_eq!(header(&response, "vary"), Some("accept-encoding"), "{path}");
        assert_eq!(header(&response, "etag"), etag.map(|etag| format!("W/{etag}")).as_deref(), "{path}");
        assert_eq!(content(response).await, expected, "{path}");
    }
    let small = accepting(&served, "/api/environments", BROWSER).await;
    assert_eq!((header(&small, "content-encoding"), header(&small, "vary")), (None, None));
    served.stop().await;
}

#[tokio::test]
async fn decisions_and_streams_are_never_compressed() {
    let (served, _, _root) = all_planes().await;
    let gateway = gateway_of(&served).await;
    for plane in [&served, &gateway] {
        let by_query = accepting(plane, "/api/decide?user_key=u&env=prod", BROWSER).await;
        let headers = [("accept-encoding", BROWSER), ("content-type", "application/json")];
        let body = json!({"user_key": "u", "env": "prod"}).to_string();
        let by_body = plane.send("POST", "/api/decide", &headers, body).await;
        let stream = accepting(plane, "/api/stream?env=prod", BROWSER).await;
        for response in [&by_query, &by_body, &stream] {
            assert_eq!(response.status(), 200, "{}", response.url());
            assert_eq!(header(response, "content-encoding"), None, "{}", response.url());
            assert_eq!(header(response, "vary"), None, "{}", response.url());
        }
        assert_eq!(header(&stream, "content-type"), Some("text/event-stream"));
        for decided in [by_query, by_body] {
            assert!(decided.bytes().await.unwrap().len() > 1000);
        }
        drop(stream);
    }
    gateway.stop().await;
    served.stop().await;
}

/// Starts a gateway in front of all planes in one process, whose routes are below `/api`.
async fn gateway_of(served: &Served) -> Served {
    let url = served.url("/api");
    Served::plane(&["gateway", "--control-url", &url, "--decide-url", &url]).await
}

#[tokio::test]
async fn a_gateway_passes_compressed_responses_on_unchanged() {
    let (decide, _root) = decision_plane().await;
    let (served, _, _data) = all_planes().await;
    let (control_url, decide_url) = (served.url("/api"), decide.url(""));
    let gateway =
        Served::plane(&["gateway", "--control-url", &control_url, "--decide-url", &decide_url]).await;
    for (path, plane, coding) in [(LARGE, &decide, "br"), ("/api/experiments", &served, "gzip")] {
        for codings in [BROWSER, "identity"] {
            let direct = accepting(plane, path, codings).await;
            let forwarded = accepting(&gateway, path, codings).await;
            assert_eq!(header(&direct, "content-encoding"), (codings == BROWSER).then_some(coding), "{path}");
            for name in ["content-encoding", "content-length", "vary", "etag"] {
                assert_eq!(header(&direct, name), header(&forwarded, name), "{name} of {path}");
            }
            assert_eq!(content(direct).await, content(forwarded).await, "{path}");
        }
    }
    let document = accepting(&gateway, "/api/openapi.json", BROWSER).await;
    assert_eq!(header(&document, "content-encoding"), Some("br"));
    gateway.stop().await;
    decide.stop().await;
    served.stop().await;
}

type Headers = [(&'static str, &'static str)];

/// Returns a response of 3,000 bytes with these headers.
fn answer(headers: &Headers) -> Answer {
    let mut response = "text ".repeat(600).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    for (name, value) in headers {
        response.headers_mut().append(*name, value.parse().unwrap());
    }
    response
}

#[tokio::test]
async fn the_kind_of_a_response_decides_about_its_compression() {
    const JSON: (&str, &str) = ("content-type", "application/json");
    const CASES: &[(&Headers, Option<&str>)] = &[
        (&[JSON], Some("gzip")),
        (&[("content-type", "application/JSON; charset=utf-8")], Some("gzip")),
        (&[("content-type", "application/problem+json")], Some("gzip")),
        (&[("content-type", "text/html; charset=utf-8")], Some("br")),
        (&[("content-type", "text/event-stream")], None),
        (&[("content-type", "application/octet-stream")], None),
        (&[("content-type", "image/png")], None),
        (&[], None),
        (&[JSON, ("cache-control", "no-store")], Some("gzip")),
        (&[JSON, ("cache-control", "max-age=1, No-Transform")], None),
        (&[JSON, ("content-range", "bytes 0-2999/6000")], None),
    ];
    for (headers, coding) in CASES {
        let routes = Router::new().route("/", get(async move || answer(headers)));
        let server = Served::routes(with_compression(routes)).await;
        let response = accepting(&server, "/", BROWSER).await;
        assert_eq!(header(&response, "content-encoding"), *coding, "{headers:?}");
        assert_eq!(header(&response, "vary"), coding.map(|_| "accept-encoding"), "{headers:?}");
        assert_eq!(content(response).await.len(), 3000, "{headers:?}");
        server.stop().await;
    }
}

#[tokio::test]
async fn a_response_with_a_coding_is_not_compressed_again() {
    let encoded =
        async || answer(&[("content-type", "text/html"), ("content-encoding", "zstd"), ("etag", "\"1\"")]);
    let server = Served::routes(with_compression(Router::new().route("/", get(encoded)))).await;
    let response = accepting(&server, "/", BROWSER).await;
    assert_eq!(header(&response, "content-encoding"), Some("zstd"));
    assert_eq!(header(&response, "etag"), Some("\"1\""));
    assert_eq!(response.bytes().await.unwrap().len(), 3000);
    server.stop().await;
}

#[tokio::test]
async fn vary_keeps_what_a_route_has_named() {
    let varies = async || answer(&[("content-type", "text/html"), ("vary", "accept"), ("vary", "cookie")]);
    let server = Served::routes(with_compression(Router::new().route("/", get(varies)))).await;
    for codings in [BROWSER, "identity"] {
        let response = accepting(&server, "/", codings).await;
        let vary: Vec<_> = response.headers().get_all("vary").iter().collect();
        assert_eq!(vary, ["accept, cookie, accept-encoding"], "{codings}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_body_of_unknown_size_is_compressed_and_one_without_an_end_is_not() {
    fn parts(number: usize, size: usize) -> Answer {
        let parts = (0..number).map(move |_| Ok::<_, Infallible>(Bytes::from(vec![b'x'; size])));
        let body = Body::from_stream(futures_util::stream::iter(parts));
        ([(header::CONTENT_TYPE, "text/html")], body).into_response()
    }
    let routes = Router::new()
        .route("/page", get(async || parts(40, 100)))
        .route("/small", get(async || parts(9, 100)))
        .route("/endless", get(async || parts(200, 100_000)));
    let server = Served::routes(with_compression(routes)).await;
    for (path, coding, size) in
        [("/page", Some("br"), 4_000), ("/small", None, 900), ("/endless", None, 20_000_000)]
    {
        let response = accepting(&server, path, BROWSER).await;
        assert_eq!(header(&response, "content-encoding"), coding, "{path}");
        assert_eq!(content(response).await.len(), size, "{path}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_fails_is_not_sent_as_a_complete_one() {
    let failing = async || {
        let parts = [Ok(Bytes::from("begin")), Err("the source of the body failed")];
        ([(header::CONTENT_TYPE, "text/html")], Body::from_stream(futures_util::stream::iter(parts)))
    };
    let server = Served::routes(with_compression(Router::new().route("/", get(failing)))).await;
    let request = "GET / HTTP/1.1\r\nhost: x\r\naccept-encoding: br\r\nconnection: close\r\n\r\n";
    let response = server.raw(request).await;
    assert!(!response.ends_with("0\r\n\r\n"), "{response}");
    server.stop().await;
}

#[cfg(feature = "dashboard")]
#[tokio::test]
async fn pages_of_the_dashboard_are_compressed() {
    let (served, _, _root) = all_planes().await;
    for (codings, coding) in [(BROWSER, Some("br")), ("gzip", Some("gzip")), ("identity", None)] {
        let response = accepting(&served, "/", codings).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "content-encoding"), coding, "{codings}");
        assert!(header(&response, "vary").unwrap().contains("accept-encoding"), "{codings}");
        assert!(String::from_utf8_lossy(&content(response).await).contains("</html>"), "{codings}");
    }
    served.stop().await;
}

#[cfg(feature = "dashboard")]
#[tokio::test]
async fn assets_of_the_dashboard_are_compressed() {
    let (served, _, _root) = all_planes().await;
    let page = String::from_utf8_lossy(&content(served.get("/").await).await).into_owned();
    let assets = page.split(['"', '\'']).filter(|part| part.starts_with("/assets/"));
    // Without a build of the dashboard there are no assets.
    for asset in assets.collect::<std::collections::BTreeSet<_>>() {
        let expected = content(served.get(asset).await).await;
        for (codings, coding) in [(BROWSER, Some("br")), ("gzip", Some("gzip")), ("identity", None)] {
            let response = accepting(&served, asset, codings).await;
            assert_eq!(header(&response, "content-encoding"), coding, "{asset}, {codings}");
            assert_eq!(header(&response, "vary"), Some("accept-encoding"), "{asset}, {codings}");
            assert_eq!(header(&response, "cache-control"), Some("public, max-age=31536000, immutable"));
            assert_eq!(content(response).await, expected, "{asset}, {codings}");
        }
    }
    served.stop().await;
}
