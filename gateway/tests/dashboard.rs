//! The dashboard of a control plane, and at a gateway in front of the control plane.
#![cfg(feature = "dashboard")]
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use std::sync::{Mutex, PoisonError};

use axum::{Router, routing::any};
use futures_util::StreamExt;
use reqwest::Response;
use serde_json::{Value, json};
use support::Served;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Runs a test when no other test of this file runs. Leptos keeps state per process: a page may never be finished if another
/// test starts a plane meanwhile, which no server does.
fn run(test: impl Future<Output = ()>) {
    static TURN: Mutex<()> = Mutex::new(());

    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    Runtime::new().unwrap().block_on(test);
}

/// What browsers accept when they open a page.
const BROWSER: (&str, &str) =
    ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8");

/// A control plane with one environment and one running experiment, and a gateway in front.
struct Planes {
    control: Served,
    gateway: Served,
    environment: String,
    experiment: String,
    _root: TempDir,
}

impl Planes {
    async fn start(more: &[&str]) -> Self {
        let root = tempfile::tempdir().unwrap();
        let data = root.path().display().to_string();
        let control = Served::plane(&[&["control", "--data-dir", &data], more].concat()).await;
        let url = control.url("");
        let gateway = Served::plane(&["gateway", "--control-url", &url, "--decide-url", &url]).await;
        let environment = created(&control, "/environments", json!({"name": "prod"})).await;
        let experiment = json!({
            "key": "button", "name": "Button", "description": "", "environmentId": environment, "status": "RUNNING",
            "variants": [{"key": "on", "name": "On", "payload": {"on": true}}],
            "allocations": [{"variant": "on", "rangeStart": 0, "rangeEnd": 9999}],
        });
        let experiment = created(&control, "/api/experiments", experiment).await;
        Self { control, gateway, environment, experiment, _root: root }
    }

    async fn stop(self) {
        self.gateway.stop().await;
        self.control.stop().await;
    }
}

async fn created(control: &Served, path: &str, body: Value) -> String {
    let response =
        control.send("POST", path, &[("content-type", "application/json")], body.to_string()).await;
    assert_eq!(response.status(), 201, "{path}");
    let created: Value = response.json().await.unwrap();
    created.get("id").and_then(Value::as_str).unwrap().to_owned()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

/// Returns whether a shared cache keeps the responses for different values of `Accept` apart.
fn varies_by_accept(response: &Response) -> bool {
    let values = response.headers().get_all("vary").iter().map(|value| value.to_str().unwrap());
    values.flat_map(|value| value.split(',')).any(|name| name.trim().eq_ignore_ascii_case("accept"))
}

#[test]
fn a_page_and_a_resource_at_one_path_are_told_apart_by_the_header_accept() {
    run(async {
        let planes = Planes::start(&[]).await;
        let Planes { control, environment, experiment, .. } = &planes;
        let paths = [
            ("/experiments?page=1&pageSize=5".to_owned(), 200),
            (format!("/experiments/{experiment}"), 200),
            ("/experiments/new".to_owned(), 404),
            ("/environments".to_owned(), 200),
            (format!("/environments/{environment}"), 200),
            ("/audiences".to_owned(), 200),
            ("/".to_owned(), 404),
        ];
        for (path, status) in &paths {
            for method in ["GET", "HEAD"] {
                let page = control.send(method, path, &[BROWSER], "").await;
                assert_eq!(
                    (page.status().as_u16(), header(&page, "content-type")),
                    (200, "text/html; charset=utf-8")
                );
                assert!(
                    varies_by_accept(&page) && header(&page, "cache-control").contains("no-store"),
                    "{path}"
                );
                for accept in ["*/*", "application/json", "text/html;q=0, */*"] {
                    let resource = control.send(method, path, &[("accept", accept)], "").await;
                    assert_eq!(resource.status(), *status, "{method} {path}, {accept}");
                    assert!(
                        header(&resource, "content-type").starts_with("application/json"),
                        "{path}, {accept}"
                    );
                    assert_eq!(
                        varies_by_accept(&resource),
                        path != "/" || *status == 404,
                        "{path}, {accept}"
                    );
                }
            }
        }
        planes.stop().await;
    });
}

#[test]
fn a_path_that_belongs_to_no_page_is_a_resource_for_browsers_too() {
    run(async {
        let planes = Planes::start(&[]).await;
        let Planes { control, environment, .. } = &planes;
        for path in [
            "/api/experiments".to_owned(),
            format!("/environments/{environment}/versions"),
            "/openapi.json".to_owned(),
            "/api/openapi.json".to_owned(),
            "/health".to_owned(),
        ] {
            let response = control.send("GET", &path, &[BROWSER], "").await;
            assert_eq!(response.status(), 200, "{path}");
            assert!(header(&response, "content-type").starts_with("application/json"), "{path}");
        }
        for path in ["/api/docs", "/docs"] {
            assert!(control.get(path).await.text().await.unwrap().contains("openapi.json"), "{path}");
        }
        // A change is never for a page.
        let headers = [BROWSER, ("content-type", "application/json")];
        let response = control.send("POST", "/environments", &headers, r#"{"name": "staging"}"#).await;
        assert_eq!(response.status(), 201);
        planes.stop().await;
    });
}

#[test]
fn an_unknown_path_is_a_page_for_browsers_and_json_for_programs() {
    run(async {
        let planes = Planes::start(&[]).await;
        for served in [&planes.control, &planes.gateway] {
            for path in ["/nonsense", "/nonsense/deep", "/configs", "/decide"] {
                let page = served.send("GET", path, &[BROWSER], "").await;
                assert_eq!((page.status().as_u16(), varies_by_accept(&page)), (404, true), "{path}");
                assert!(page.text().await.unwrap().contains("This page does not exist"), "{path}");
                assert_eq!(served.json(path).await.0, 404, "{path}");
            }
            for path in ["/-/nonsense", "/api/nonsense", "/assets/nonsense.js"] {
                let response = served.send("GET", path, &[BROWSER], "").await;
                assert_eq!(response.status(), 404, "{path}");
                assert!(header(&response, "content-type").starts_with("application/json"), "{path}");
            }
        }
        planes.stop().await;
    });
}

#[test]
fn a_gateway_forwards_pages_and_assets_and_nothing_else_of_the_control_plane() {
    run(async {
        let planes = Planes::start(&[]).await;
        let Planes { gateway, environment, experiment, .. } = &planes;
        let (experiment, environment_path) =
            (format!("/experiments/{experiment}"), format!("/environments/{environment}"));
        for path in
            ["/", "/experiments?q=b", "/experiments/new", &experiment, &environment_path, "/audiences/new"]
        {
            // There are no resources at these paths of the gateway.
            for accept in [BROWSER, ("accept", "*/*")] {
                let page = gateway.send("GET", path, &[accept, ("accept-encoding", "br")], "").await;
                assert_eq!(
                    (page.status().as_u16(), header(&page, "content-encoding")),
                    (200, "br"),
                    "{path}"
                );
                assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8", "{path}");
                assert!(header(&page, "content-security-policy").contains("nonce-"), "{path}");
            }
            assert_eq!(gateway.send("HEAD", path, &[], "").await.status(), 200, "{path}");
        }
        let page = gateway.get(&experiment).await.text().await.unwrap();
        for asset in page.split(['"', '\'']).filter(|part| part.starts_with("/assets/")) {
            let response = gateway.get(asset).await;
            assert_eq!(
                (response.status().as_u16(), header(&response, "cache-control")),
                (200, "public, max-age=31536000, immutable")
            );
        }
        // The resources remain below /api, whatever a client accepts.
        let resource = gateway.send("GET", &format!("/api{experiment}"), &[BROWSER], "").await;
        assert!(header(&resource, "content-type").starts_with("application/json"));
        for path in ["/docs", "/openapi.json", &format!("{environment_path}/versions")] {
            assert_eq!(gateway.send("GET", path, &[BROWSER], "").await.status(), 404, "{path}");
            assert_eq!(gateway.get(path).await.status(), 404, "{path}");
        }
        let (status, health) = gateway.json("/health").await;
        assert_eq!(
            (status, health["services"]["experiment_service"].as_str()),
            (200, Some("ok")),
            "{health}"
        );
        assert_eq!(gateway.send("POST", "/experiments", &[BROWSER], "{}").await.status(), 404);
        planes.stop().await;
    });
}

#[test]
fn a_gateway_in_front_of_the_routes_below_api_forwards_pages_too() {
    run(async {
        let planes = Planes::start(&[]).await;
        let url = planes.control.url("/api");
        let gateway = Served::plane(&["gateway", "--control-url", &url, "--decide-url", &url]).await;
        assert!(gateway.get("/experiments").await.text().await.unwrap().contains("</html>"));
        assert_eq!(gateway.json("/api/experiments").await.0, 200);
        gateway.stop().await;
        planes.stop().await;
    });
}

#[test]
fn forms_and_calls_are_checked_like_those_of_a_single_process() {
    run(async {
        let planes = Planes::start(&["--trusted-proxies", "127.0.0.1"]).await;
        let form = ("content-type", "application/x-www-form-urlencoded");
        let gateway = planes.gateway.url("");
        let page = planes.gateway.get("/environments/new").await.text().await.unwrap();
        let (_, action) = page.split_once(r#"action="/-/"#).unwrap();
        let action = format!("/-/{}", action.split('"').next().unwrap());
        let referer = format!("{gateway}/environments");
        for (name, more, status) in [
            ("a", &[("origin", &*gateway)][..], 302),
            ("b", &[("sec-fetch-site", "same-origin")], 302),
            ("c", &[], 302),
            ("d", &[("origin", "http://evil.example")], 403),
            ("e", &[("sec-fetch-site", "cross-site")], 403),
            ("f", &[("origin", &planes.control.url(""))], 403),
        ] {
            let headers = [&[form, BROWSER, ("referer", &*referer)], more].concat();
            let body = format!("name={name}");
            let client =
                reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
            let mut request = client.post(planes.gateway.url(&action)).body(body);
            for (name, value) in &headers {
                request = request.header(*name, *value);
            }
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), status, "{name}");
            if status == 302 {
                let location = header(&response, "location");
                assert!(
                    location.starts_with("/environments") || location.starts_with(&referer),
                    "{location}"
                );
            }
        }
        let foreign =
            planes.gateway.send("GET", "/experiments", &[("host", "evil.example"), BROWSER], "").await;
        assert_eq!(foreign.status(), 403);
        planes.stop().await;
    });
}

#[test]
fn pages_name_addresses_below_the_public_url() {
    run(async {
        let planes = Planes::start(&["--public-url", "http://flags.localhost/below"]).await;
        for served in [&planes.control, &planes.gateway] {
            let page = served.send("GET", "/experiments", &[BROWSER], "").await.text().await.unwrap();
            assert!(
                page.contains(r#"href="/below/environments""#) && !page.contains(r#"href="/environments""#)
            );
        }
        planes.stop().await;
    });
}

#[test]
fn events_of_the_control_plane_pass_the_gateway_at_once() {
    run(async {
        let planes = Planes::start(&[]).await;
        let response =
            planes.gateway.send("GET", "/api/stream", &[("accept", "text/event-stream")], "").await;
        assert_eq!(response.status(), 200);
        let mut events = response.bytes_stream();
        let read = async {
            let mut received = String::new();
            while !received.contains("data:") {
                received.push_str(&String::from_utf8_lossy(&events.next().await.unwrap().unwrap()));
            }
        };
        tokio::time::timeout(support::TIMEOUT, read).await.unwrap();
        drop(events);
        planes.stop().await;
    });
}

#[test]
fn a_gateway_whose_control_url_leads_back_to_it_says_so() {
    run(async {
        let target = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
        // Plays a proxy that sends everything back to the gateway, with the headers that it received.
        let back = {
            let target = target.clone();
            any(async move |request: axum::extract::Request| {
                let url = format!("{}{}", target.get().unwrap(), request.uri());
                let mut onward = reqwest::Client::new().get(url);
                for name in ["accept", "via"] {
                    for value in request.headers().get_all(name) {
                        onward = onward.header(name, value);
                    }
                }
                let response = onward.send().await.unwrap();
                (response.status(), response.text().await.unwrap())
            })
        };
        let proxy = Served::routes(Router::new().fallback(back)).await;
        let url = proxy.url("");
        let gateway = Served::plane(&["gateway", "--control-url", &url, "--decide-url", &url]).await;
        target.set(gateway.url("")).unwrap();
        let response = gateway.send("GET", "/experiments", &[BROWSER], "").await;
        assert_eq!(response.status(), 502);
        assert!(response.text().await.unwrap().contains("--control-url"));
        gateway.stop().await;
        proxy.stop().await;
    });
}
