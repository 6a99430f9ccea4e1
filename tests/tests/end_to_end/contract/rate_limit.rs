//! The rate limit of decide requests.

use serde_json::json;
use tempfile::TempDir;

use crate::{
    client::{Client, Reply},
    planes::{Plane, Serve, eventually},
};

fn start(variables: &[(&str, &str)]) -> (TempDir, Plane) {
    let directory = TempDir::new().unwrap();
    let plane =
        Plane::start_with("serve", directory.path(), |command| command.envs(variables.iter().copied()));
    (directory, plane)
}

/// Returns the limit and the remaining requests. Checks that the window ends within `window_secs`.
#[track_caller]
fn allowance(reply: &Reply, window_secs: u64) -> Option<(u64, u64)> {
    let number = |name: &str| reply.header(name).map(|value| value.parse::<u64>().unwrap());
    let (limit, remaining, reset) =
        (number("x-ratelimit-limit"), number("x-ratelimit-remaining"), number("x-ratelimit-reset"));
    assert_eq!(reset.is_some(), limit.is_some(), "{reply}");
    assert!(reset.is_none_or(|reset| reset <= window_secs), "{reply}");
    Some((limit?, remaining?))
}

fn send_decide(api: &Client) -> Reply {
    api.get("/decide?user_key=u&env=prod")
}

#[test]
fn the_fourth_request_of_three_allowed_is_429() {
    let (_directory, serve) = start(&[("DECIDE_RATE_LIMIT_MAX", "3")]);
    let api = &serve.api;
    // Requests with other methods do not count. Invalid requests and requests by POST count.
    for method in ["OPTIONS", "PUT", "PATCH", "DELETE"] {
        let reply = api.request(method, "/decide").send();
        assert_eq!((reply.status, allowance(&reply, 60)), (404, None), "{method}");
    }
    assert_eq!(allowance(&send_decide(api), 60), Some((3, 2)));
    assert_eq!(allowance(&api.get("/decide"), 60), Some((3, 1)));
    let body = json!({"user_key": "u", "env": "prod"});
    assert_eq!(allowance(&api.post("/decide", &body), 60), Some((3, 0)));

    for reply in [send_decide(api), api.post("/decide", &body), api.get("/decide")] {
        let body = reply.is(429);
        assert_eq!((&body["error"], &body["statusCode"]), (&json!("Too Many Requests"), &json!(429)));
        assert!(!body["message"].as_str().unwrap().is_empty());
        assert_eq!(body.as_object().unwrap().len(), 3);
        assert_eq!(allowance(&reply, 60), Some((3, 0)));
        let retry_after: u64 = reply.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&retry_after));
    }
    // Other routes have no limit.
    assert_eq!(allowance(&api.get("/environments"), 60), None);
    api.post("/environments", &json!({"name": "prod"})).is(201);
    assert_eq!(serve.root().get("/configs/prod/version.json").status, 404);
    serve.root().get("/health").is(200);
}

#[test]
fn a_header_does_not_change_the_client_address() {
    let (_directory, serve) = start(&[("DECIDE_RATE_LIMIT_MAX", "1")]);
    let forwarded = |address: &str| {
        let request = serve.api.request("GET", "/decide?user_key=u&env=prod");
        request.header("x-forwarded-for", address).header("forwarded", &format!("for={address}")).send()
    };
    assert_eq!(forwarded("10.0.0.1").status, 503);
    assert_eq!(forwarded("10.0.0.2").status, 429);
}

#[test]
fn the_default_limit_is_300_per_minute() {
    let (_directory, serve) = start(&[]);
    assert_eq!(allowance(&send_decide(&serve.api), 60), Some((300, 299)));
    assert_eq!(allowance(&send_decide(&serve.api), 60), Some((300, 298)));
}

#[test]
fn the_limit_is_reset_when_the_window_ends() {
    let (_directory, serve) =
        start(&[("DECIDE_RATE_LIMIT_MAX", "1"), ("DECIDE_RATE_LIMIT_WINDOW_MS", "1000")]);
    send_decide(&serve.api);
    eventually("a request is one too many", || (send_decide(&serve.api).status == 429).then_some(()));
    eventually("the next window begins", || (send_decide(&serve.api).status == 503).then_some(()));
}

#[test]
fn addresses_on_the_allowlist_have_no_limit() {
    let (_directory, serve) =
        start(&[("DECIDE_RATE_LIMIT_MAX", "1"), ("DECIDE_RATE_LIMIT_ALLOWLIST", "10.0.0.1, 127.0.0.1,::1")]);
    for _ in 0..4 {
        assert_eq!(send_decide(&serve.api).status, 503);
    }
    let (_directory, serve) =
        start(&[("DECIDE_RATE_LIMIT_MAX", "1"), ("DECIDE_RATE_LIMIT_ALLOWLIST", "10.0.0.1")]);
    assert_eq!([send_decide(&serve.api).status, send_decide(&serve.api).status], [503, 429]);
}

#[test]
fn the_limit_can_be_disabled() {
    let (_directory, serve) =
        start(&[("DECIDE_RATE_LIMIT_MAX", "1"), ("DECIDE_RATE_LIMIT_ENABLED", "false")]);
    for _ in 0..4 {
        let reply = send_decide(&serve.api);
        assert_eq!((reply.status, allowance(&reply, 60)), (503, None));
    }
}

#[test]
fn a_gateway_has_a_limit_and_a_decision_plane_has_none() {
    let serve = Serve::start();
    let directory = TempDir::new().unwrap();
    let options = ["--snapshot-store", &serve.plane.url()];
    let decide = Plane::start_with("decide", directory.path(), |command| {
        command.args(options).env("DECIDE_RATE_LIMIT_MAX", "1")
    });
    let gateway = Plane::start_with("gateway", directory.path(), |command| {
        let command = command.args(["--control-url", &serve.plane.url(), "--decide-url", &decide.url()]);
        command.env("DECIDE_RATE_LIMIT_MAX", "1")
    });
    assert_eq!(allowance(&send_decide(&gateway.api), 60), Some((1, 0)));
    assert_eq!(send_decide(&gateway.api).status, 429);
    for _ in 0..4 {
        let reply = send_decide(&decide.api);
        assert_eq!((reply.status, allowance(&reply, 60)), (503, None));
    }
}
