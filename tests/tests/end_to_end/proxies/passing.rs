//! What a proxy does to responses and connections on the way.

use std::io::{Read, Write};

use serde_json::json;

use super::front::Front;
use crate::scene::{Experiment, environment};

#[test]
fn a_tag_that_the_proxy_weakened_still_matches() {
    let directives = "gzip on; gzip_types *; gzip_min_length 0; gzip_proxied any;
        location / { proxy_pass http://{server}; }";
    let front = Front::start(&[], directives);
    let (id, name) = environment(&front.plane.api);
    let experiment = Experiment::new(&front.plane.api, &id, "e");
    experiment.run();
    let path = format!("/api{}", experiment.path);
    let get = |path: &str, tag: Option<&str>| {
        let request = front.client.request("GET", path).header("accept-encoding", "gzip");
        tag.into_iter().fold(request, |request, tag| request.header("if-none-match", tag)).send()
    };
    for path in [path.as_str(), &format!("/configs/{name}/version.json")] {
        let reply = get(path, None);
        assert_eq!((reply.status, reply.header("content-encoding")), (200, Some("gzip")), "{reply}");
        let tag = reply.header("etag").unwrap().to_owned();
        assert!(tag.starts_with("W/"), "{tag}");
        if path.contains("/configs/") {
            assert_eq!(get(path, Some(&tag)).status, 304, "{path}");
        }
    }
    let tag = get(&path, None).header("etag").unwrap().to_owned();
    let change = |tag: &str| {
        let body = json!({"name": "n"}).to_string();
        front.client.request("PATCH", &path).header("if-match", tag).json(&body).send()
    };
    change(&tag).is(200);
    // The tag is that of the revision before the change.
    change(&tag).error(412);
}

#[test]
fn events_pass_through_a_proxy_that_buffers() {
    let front = Front::start(&[], "location / { proxy_pass http://{server}; }");
    let (id, name) = environment(&front.plane.api);
    let experiment = Experiment::new(&front.plane.api, &id, "e");
    let mut stream = front.client.connect();
    let host = front.client.address();
    write!(stream, "GET /api/stream?env={name} HTTP/1.1\r\nhost: {host}\r\n\r\n").unwrap();
    let mut received = String::new();
    let mut until = |part: &str| {
        while !received.contains(part) {
            let mut bytes = [0; 4096];
            let length = stream.read(&mut bytes).unwrap();
            assert!(length > 0, "the stream ended: {received}");
            received.push_str(&String::from_utf8_lossy(&bytes[..length]));
        }
    };
    until("text/event-stream");
    experiment.run();
    until("\"version\":1");
    front.plane.api.post(&experiment.below("/publish"), &json!({})).is(200);
    until("\"version\":2");
}

#[test]
fn a_proxy_keeps_its_idle_connections() {
    let directives = "location / { proxy_pass http://edgewise; proxy_http_version 1.1;
        proxy_set_header Connection \"\"; proxy_set_header Host $http_host; }";
    let front = Front::start(&[], directives);
    for _ in 0..50 {
        front.client.get("/api/environments").is(200);
    }
    // Of all connections, one from nginx is left, and the one of this request.
    let metrics = front.plane.root().get("/metrics");
    let open = metrics.text().lines().find_map(|line| line.strip_prefix("edgewise_http_connections "));
    assert_eq!(open, Some("2"), "{}", metrics.text());
}
