//! Pages of other sites that send changes, and pages whose host was made to resolve to the server (DNS rebinding).

use serde_json::json;
use tempfile::TempDir;

use super::assert_healthy;
use crate::{
    client::Client,
    planes::{Plane, Serve},
    scene::{Experiment, environment},
};

/// The headers of browsers that send a request of a page of another site.
const FOREIGN: [&[(&str, &str)]; 7] = [
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "cross-site"), ("origin", "http://evil.example")],
    &[("origin", "http://evil.example")],
    &[("origin", "null")],
    // Another port and another scheme are another origin.
    &[("origin", "http://127.0.0.1:1")],
    &[("origin", "https://127.0.0.1")],
];

/// Sends a request without a body, as browsers send it for a page of any site, and returns the status.
#[track_caller]
fn send(api: &Client, method: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
    let request = api.request(method, path);
    let reply = headers.iter().fold(request, |request, (name, value)| request.header(name, value)).send();
    if reply.status == 403 {
        reply.error(403);
    }
    reply.status
}

#[test]
fn a_page_of_another_site_changes_nothing() {
    let serve = Serve::start();
    let api = &serve.plane.api;
    let (id, name) = environment(api);
    let experiment = Experiment::new(api, &id, "e");
    experiment.run();
    api.post(&experiment.below("/publish"), &json!({})).is(200);
    let versions = format!("/environments/{id}/versions");
    let before = api.get(&versions).text().to_owned();
    let writes = [
        ("POST", experiment.below("/publish")),
        ("POST", format!("{versions}/1/rollback")),
        ("POST", format!("/environments/{id}/resume")),
        ("POST", format!("{versions}/preview")),
        ("DELETE", experiment.path.clone()),
    ];
    for headers in FOREIGN {
        for (method, path) in &writes {
            assert_eq!(send(api, method, path, headers), 403, "{method} {path} {headers:?}");
        }
        let text = api.request("POST", "/environments").header("content-type", "text/plain").body("{}");
        let text = headers.iter().fold(text, |request, (name, value)| request.header(name, value));
        text.send().error(403);
        // Reading, and what pages of all sites may use.
        assert_eq!(send(api, "GET", &experiment.path, headers), 200);
        assert_eq!(send(api, "GET", &format!("/decide?user_key=u&env={name}"), headers), 200);
        let body = json!({"user_key": "u", "env": name}).to_string();
        let decide = api.request("POST", "/decide").json(&body);
        let decide = headers.iter().fold(decide, |request, (name, value)| request.header(name, value));
        decide.send().is(200);
        assert_eq!(send(&serve.plane.root(), "GET", &format!("/configs/{name}/version.json"), headers), 200);
    }
    assert_eq!(api.get(&versions).text(), before);
    // The same requests of a page of this server, and of programs.
    let own = format!("http://{}", api.address());
    for headers in
        [&[][..], &[("sec-fetch-site", "same-origin")], &[("sec-fetch-site", "none")], &[("origin", &own)]]
    {
        for (method, path) in &writes[..3] {
            assert_eq!(send(api, method, path, headers), 200, "{method} {path} {headers:?}");
        }
    }
    assert_healthy(&serve);
}

#[test]
fn a_control_plane_refuses_pages_of_other_sites_and_foreign_hosts() {
    let directory = TempDir::new().unwrap();
    let control = Plane::start("control", directory.path(), &[]);
    let api = &control.api;
    let create = |name: &str| api.request("POST", "/environments").json(&json!({"name": name}).to_string());
    for headers in FOREIGN {
        let request = headers.iter().fold(create("a"), |request, (name, value)| request.header(name, value));
        request.send().error(403);
    }
    create("b").host("evil.example").send().error_naming(403, "`evil.example`");
    create("c").send().is(201);
    assert_eq!(api.get("/environments").is(200)["data"].as_array().unwrap().len(), 1);
    for path in ["/health", "/ready"] {
        api.request("GET", path).host("evil.example").send().is(200);
    }
}

#[test]
fn a_rebound_host_reaches_neither_the_api_nor_the_dashboard() {
    let serve = Serve::start();
    let api = &serve.plane.api;
    let (id, name) = environment(api);
    let experiment = Experiment::new(api, &id, "e");
    experiment.run();
    let port = api.address().port();
    for host in
        ["evil.example".to_owned(), format!("evil.example:{port}"), format!("127.0.0.1.evil.example:{port}")]
    {
        // Such a page has the same origin as the server, in the eyes of the browser.
        let origin = format!("http://{host}");
        for (method, path) in [
            ("GET", "/environments"),
            ("GET", "/stream"),
            ("GET", &experiment.path),
            ("POST", &experiment.below("/publish")),
            ("DELETE", &experiment.path),
        ] {
            let request = api.request(method, path).host(&host);
            let reply = request.header("sec-fetch-site", "same-origin").header("origin", &origin).send();
            for part in [host.as_str(), &api.address().to_string(), "--public-url", "--insecure-open"] {
                reply.error_naming(403, part);
            }
        }
        // Pages of all sites may read these anyway.
        api.request("GET", &format!("/decide?user_key=u&env={name}")).host(&host).send().is(200);
        serve
            .plane
            .root()
            .request("GET", &format!("/configs/{name}/version.json"))
            .host(&host)
            .send()
            .is(200);
        serve.plane.root().request("GET", "/health").host(&host).send().is(200);
    }
    for host in ["localhost", "LOCALHOST:1", "flags.localhost", "127.0.0.9", "[::1]:3000"] {
        api.request("GET", "/environments").host(host).send().is(200);
    }
    // A request without a host is not from a browser.
    let response = api.raw(b"GET /api/environments HTTP/1.0\r\n\r\n");
    assert!(response.starts_with(b"HTTP/1.0 200 "), "{}", String::from_utf8_lossy(&response));
    let absolute =
        b"GET http://evil.example/api/environments HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    assert!(api.raw(absolute).starts_with(b"HTTP/1.1 403 "));
    assert_healthy(&serve);
}

#[test]
fn insecure_open_accepts_every_host_but_not_every_page() {
    let directory = TempDir::new().unwrap();
    let serve = Plane::start("serve", directory.path(), &["--insecure-open"]);
    let create = |name: &str| {
        let request = serve.api.request("POST", "/environments").host("flags.example:80");
        request.json(&json!({"name": name}).to_string())
    };
    create("a").header("origin", "http://flags.example").send().is(201);
    create("b").header("origin", "https://flags.example").send().error_naming(403, "--public-url");
    create("c")
        .header("origin", "http://evil.example")
        .send()
        .error_naming(403, "--trusted-proxies 127.0.0.1");
}

#[test]
fn a_proxy_that_sends_its_own_host_needs_a_public_url_or_a_forwarded_host() {
    // As nginx does by default: `proxy_pass` sets the host to the address of the server.
    let page = ("origin", "http://flags.example");
    let directory = TempDir::new().unwrap();
    let serve = Serve::start();
    let refused = serve.plane.api.request("POST", "/environments").header(page.0, page.1).json("{}").send();
    for part in
        ["`http://flags.example`", &format!("`{}`", serve.plane.url()), "--public-url", "--trusted-proxies"]
    {
        refused.error_naming(403, part);
    }
    let options = ["--public-url", "http://FLAGS.example:80/below", "--insecure-open"];
    let public = Plane::start("serve", directory.path(), &options);
    public
        .api
        .request("POST", "/environments")
        .header(page.0, page.1)
        .json(r#"{"name": "a"}"#)
        .send()
        .is(201);
    public
        .api
        .request("POST", "/environments")
        .header(page.0, page.1)
        .host("flags.example")
        .json("{}")
        .send()
        .error(400);
    public.stop();
    let trusting = ["--trusted-proxies", "127.0.0.0/8", "--insecure-open"];
    let trusting = Plane::start("serve", directory.path(), &trusting);
    let create = |host: &str| {
        let request = trusting.api.request("POST", "/environments").header(page.0, page.1);
        request.header("x-forwarded-host", host).json(r#"{"name": "b"}"#).send()
    };
    create("other.example").error(403);
    create("other.example, Flags.example:80").is(201);
}
