//! Planes behind proxies: the clients of trusted proxies, the public URL, and the requests of foreign pages.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use axum::{Router, routing::any};
use serde_json::{Value, json};
use support::Served;
use tempfile::TempDir;

/// Starts a plane with a data directory.
async fn start(plane: &str, more: &[&str]) -> (Served, TempDir) {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().display().to_string();
    (Served::plane(&[&[plane, "--data-dir", &data], more].concat()).await, root)
}

/// Sends a decide request for a client behind a proxy, and returns the status.
async fn decide_for(served: &Served, client: &str) -> u16 {
    let path = "/api/decide?user_key=u&env=prod";
    served.send("GET", path, &[("x-forwarded-for", client)], "").await.status().as_u16()
}

/// Checks that each client behind a proxy on this machine has its own limit of one request.
async fn assert_limited_by_client(served: &Served, allowed: u16) {
    assert_eq!(decide_for(served, "192.0.2.1").await, allowed);
    assert_eq!(decide_for(served, "192.0.2.2").await, allowed);
    assert_eq!(decide_for(served, "192.0.2.1:4711").await, 429);
    // The client itself has sent the first addresses.
    assert_eq!(decide_for(served, "198.51.100.7, garbage, 192.0.2.2").await, 429);
    // Another trusted proxy stands between the client and this proxy.
    assert_eq!(decide_for(served, "192.0.2.3, 10.1.1.1").await, allowed);
    assert_eq!(decide_for(served, "192.0.2.3").await, 429);
    // By POST too.
    let headers = [("x-forwarded-for", "192.0.2.3"), ("content-type", "application/json")];
    assert_eq!(served.send("POST", "/api/decide", &headers, "{}").await.status(), 429);
}

const LIMITED: [&str; 2] = ["--decide-rate-limit-max", "1"];
const TRUSTING: [&str; 2] = ["--trusted-proxies", "127.0.0.1, 10.0.0.0/8"];

#[tokio::test]
async fn clients_behind_a_trusted_proxy_have_their_own_limits() {
    let (serve, _root) = start("serve", &[LIMITED, TRUSTING].concat()).await;
    assert_limited_by_client(&serve, 503).await;
    serve.stop().await;

    let plane = Served::routes(Router::new().fallback(any(async || "decided"))).await;
    let (control, decide) = (plane.url(""), plane.url(""));
    let urls = ["gateway", "--control-url", &control, "--decide-url", &decide];
    let gateway = Served::plane(&[&urls[..], &LIMITED, &TRUSTING].concat()).await;
    assert_limited_by_client(&gateway, 200).await;
    gateway.stop().await;
    plane.stop().await;
}

#[tokio::test]
async fn clients_cannot_choose_their_addresses() {
    for more in [&[][..], &["--trusted-proxies", "10.0.0.0/8, 127.0.0.2"]] {
        let (serve, _root) = start("serve", &[&LIMITED, more].concat()).await;
        assert_eq!(decide_for(&serve, "192.0.2.1").await, 503);
        assert_eq!(decide_for(&serve, "192.0.2.2").await, 429);
        serve.stop().await;
    }
}

#[tokio::test]
async fn a_network_of_clients_behind_a_proxy_can_be_without_a_limit() {
    let allowlist = ["--decide-rate-limit-allowlist", "192.0.2.0/24"];
    let (serve, _root) = start("serve", &[LIMITED, TRUSTING, allowlist].concat()).await;
    for (client, status) in [("192.0.2.1", 503), ("192.0.2.1", 503), ("192.0.3.1", 503), ("192.0.3.1", 429)] {
        assert_eq!(decide_for(&serve, client).await, status, "{client}");
    }
    serve.stop().await;
}

/// Creates an environment, as a page would, and returns the status and the body.
async fn create(served: &Served, path: &str, name: &str, headers: &[(&str, &str)]) -> (u16, Value) {
    let headers = [&[("content-type", "application/json")], headers].concat();
    let response = served.send("POST", path, &headers, json!({"name": name}).to_string()).await;
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn a_control_plane_accepts_the_pages_of_a_gateway_that_it_trusts() {
    for trusting in [false, true] {
        let (control, _root) = start("control", if trusting { &TRUSTING } else { &[] }).await;
        let url = control.url("");
        let gateway = Served::plane(&["gateway", "--control-url", &url, "--decide-url", &url]).await;
        let (own, path) = (gateway.url(""), "/api/environments");
        let (status, body) = create(&gateway, path, "a", &[("origin", &own)]).await;
        if trusting {
            assert_eq!(status, 201, "{body}");
        } else {
            let error = body["error"].as_str().unwrap();
            assert_eq!(status, 403, "{error}");
            for part in [&own, &url, "--trusted-proxies 127.0.0.1", "edgewise gateway", "--public-url"] {
                assert!(error.contains(part), "{error}");
            }
        }
        let (status, body) = create(&gateway, path, "b", &[("origin", "http://evil.example")]).await;
        assert_eq!(status, 403, "{body}");
        assert_eq!(create(&gateway, path, "c", &[]).await.0, 201);
        assert_eq!(create(&gateway, path, "d", &[("sec-fetch-site", "same-origin")]).await.0, 201);
        assert_eq!(create(&gateway, path, "e", &[("sec-fetch-site", "cross-site")]).await.0, 403);
        gateway.stop().await;
        control.stop().await;
    }
}

#[tokio::test]
async fn the_address_that_a_browser_sees_is_the_public_one_or_the_forwarded_one() {
    let public = "http://Flags.localhost:80/below/";
    let (serve, _root) = start("serve", &[&["--public-url", public][..], &TRUSTING].concat()).await;
    let forwarded = [("x-forwarded-proto", "https"), ("x-forwarded-host", "b.localhost:8443")];
    for (name, headers, status) in [
        ("a", &[("origin", "http://flags.localhost")][..], 201),
        ("b", &[("origin", "https://flags.localhost")], 403),
        ("c", &[("origin", "https://b.localhost:8443"), forwarded[0], forwarded[1]], 201),
        ("d", &[("origin", "http://b.localhost:8443"), forwarded[0], forwarded[1]], 403),
        ("e", &[("origin", "null")], 403),
        ("f", &[("origin", &serve.url(""))], 201),
    ] {
        let (found, body) = create(&serve, "/api/environments", name, headers).await;
        assert_eq!(found, status, "{headers:?}: {body}");
    }
    let (_, document) = serve.json("/api/openapi.json").await;
    assert_eq!(document["servers"], json!([{"url": "http://flags.localhost/below"}]));
    serve.stop().await;
}

#[tokio::test]
async fn a_gateway_forwards_no_request_for_a_foreign_host_to_the_control_plane() {
    let plane = Served::routes(Router::new().fallback(any(async || "forwarded"))).await;
    let (control, decide) = (plane.url(""), plane.url(""));
    let urls = ["gateway", "--control-url", &control, "--decide-url", &decide];
    let ask = async |gateway: &Served, host: &str, path: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        gateway.raw(request).await.split(' ').nth(1).unwrap().to_owned()
    };
    let gateway = Served::plane(&urls).await;
    for (host, path, status) in [
        ("localhost:3000", "/api/experiments", "200"),
        ("evil.example", "/api/experiments", "403"),
        ("evil.example", "/api/decide", "200"),
        ("evil.example", "/configs/prod/version.json", "200"),
        ("evil.example", "/metrics", "200"),
    ] {
        assert_eq!(ask(&gateway, host, path).await, status, "{host} {path}");
    }
    gateway.stop().await;
    let open = Served::plane(&[&urls[..], &["--insecure-open"]].concat()).await;
    assert_eq!(ask(&open, "evil.example", "/api/experiments").await, "200");
    open.stop().await;
    plane.stop().await;
}
