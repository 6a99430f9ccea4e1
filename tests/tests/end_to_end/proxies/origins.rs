//! Changes by the dashboard's own page behind a proxy.

use serde_json::json;

use super::front::Front;
use crate::client::Reply;

/// The directives that most people begin with: nginx sends the address of the server as `Host`.
const PLAIN: &str = "location / { proxy_pass http://{server}; }";

/// Creates an environment as a browser does for a page of nginx's address, over plain HTTP.
fn create(front: &Front, path: &str) -> Reply {
    let body = json!({"name": "prod"}).to_string();
    front.client.request("POST", path).header("origin", &front.url).json(&body).send()
}

#[test]
fn a_proxy_that_sends_its_own_host_needs_the_public_url() {
    let front = Front::start(&[], PLAIN);
    front.client.get("/api/environments").is(200);
    create(&front, "/api/environments").error_naming(403, "--public-url");
    // Programs send no origin.
    front.client.post("/api/environments", &json!({"name": "staging"})).is(201);

    let front = Front::start(&["--public-url", "{nginx}"], PLAIN);
    create(&front, "/api/environments").is(201);
    let foreign = front.client.request("POST", "/api/environments").header("origin", "http://evil.example");
    foreign.json("{\"name\":\"other\"}").send().error(403);
}

#[test]
fn a_proxy_that_passes_the_host_on_needs_no_option() {
    let front =
        Front::start(&[], "location / { proxy_pass http://{server}; proxy_set_header Host $http_host; }");
    create(&front, "/api/environments").is(201);
}

#[test]
fn a_trusted_proxy_says_which_host_the_browser_sees() {
    let directives = "location / { proxy_pass http://{server};
        proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Proto $scheme; }";
    let front = Front::start(&["--trusted-proxies", "127.0.0.1"], directives);
    create(&front, "/api/environments").is(201);
    // Others are not believed.
    let front = Front::start(&["--trusted-proxies", "192.0.2.1"], directives);
    create(&front, "/api/environments").error(403);
}

#[test]
fn everything_works_below_a_path_that_the_proxy_removes() {
    let directives = "location /flags/ { proxy_pass http://{server}/; }";
    let front = Front::start(&["--public-url", "{nginx}/flags"], directives);
    create(&front, "/flags/api/environments").is(201);
    front.client.get("/flags/api/environments").is(200);
    front.client.get("/flags/health").is(200);
    assert_eq!(front.client.get("/flags/configs/prod/version.json").status, 404);
    let document = front.client.get("/flags/api/openapi.json").is(200);
    let server = document["servers"][0]["url"].as_str().unwrap_or_default();
    assert!(server.starts_with(&format!("{}/flags", front.url)), "{server}");
    front.client.get("/flags/api/decide?env=prod&user_key=u").error(503);
}
