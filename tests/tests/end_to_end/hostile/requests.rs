//! Requests that are not valid HTTP: bytes without escapes, and clients that never finish their request.

use std::io::{Read, Write};

use serde_json::json;

use super::assert_healthy;
use crate::{
    client::Client,
    planes::Serve,
    scene::{Experiment, NOBODY, environment},
};

/// Parses the status and the body of a response, if the bytes are HTTP.
fn parse(bytes: &[u8]) -> Option<(u16, String)> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ").or_else(|| head.strip_prefix("HTTP/1.0 "))?.get(..3)?;
    Some((status.parse().ok()?, body.to_owned()))
}

/// Sends a GET with these bytes as path and query.
fn get(api: &Client, target: &[u8]) -> (u16, String) {
    let request = [b"GET ", target, b" HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"].concat();
    let response = api.raw(&request);
    parse(&response).unwrap_or_else(|| panic!("{:?}", String::from_utf8_lossy(&response)))
}

#[test]
fn parameters_that_are_not_utf_8_are_taken_as_they_were_written() {
    let serve = Serve::start();
    let api = &serve.plane.api;
    environment(api);
    // Nothing is published, so a valid request is a 503.
    for (query, expected, named) in [
        (&b"user_key=%FF&env=prod"[..], 503, "No config available"),
        (b"user_key=a&env=%C3", 400, "`env`"),
        (b"user_key=a&env=prod&context=%ED%A0%80", 400, "`context`"),
        (b"user_key=a&env=prod&%FF=1", 503, "No config available"),
        (b"user_key=%C0%80&env=prod", 503, "No config available"),
    ] {
        let (status, body) = get(api, &[b"/api/decide?", query].concat());
        assert_eq!(status, expected, "{body}");
        assert!(body.contains("\"error\"") && body.contains(named), "{body}");
    }
    for path in ["/experiments?environmentId=%FF", "/audiences?environmentId=%FF"] {
        assert_eq!(api.get(path).is(200)["data"], json!([]), "{path}");
    }
    api.get("/environments?page=%FF&pageSize=1").error_naming(400, "page");
    // Raw bytes are not valid HTTP. Either the server itself or the route responds.
    for target in [
        &b"/api/decide?user_key=\xff\xfe&env=prod"[..],
        b"/api/decide?user_key=\xc3\xa9&env=prod\xed\xa0\x80",
        b"/api/experiments?environmentId=\x80",
        b"/api/\xff",
        b"/configs/\xff/version.json",
    ] {
        let (status, body) = get(api, target);
        assert!((400..500).contains(&status), "{status} {body}");
    }
    assert_healthy(&serve);
}

#[test]
fn percent_signs_without_an_escape_are_text() {
    let serve = Serve::start();
    for query in
        ["user_key=%&env=prod", "user_key=%zz&env=prod", "user_key=100%25&env=prod", "user_key=%2&env=prod"]
    {
        serve.plane.api.get(&format!("/decide?{query}")).error(503);
    }
    assert_healthy(&serve);
}

#[test]
fn paths_with_tricks_are_404() {
    let serve = Serve::start();
    let api = &serve.plane.api;
    let (id, _) = environment(api);
    for path in [
        "/environments/%00",
        "/environments/a%00b",
        "/experiments/%00/status",
        "/audiences/%00",
        "/experiments/%00/variants/%00",
        "/environments/%FF",
        "/experiments/%C3",
        "/audiences/%ED%A0%80",
        "/environments/%2e%2e",
        "/environments/..",
        "/environments/%2e%2e%2fenvironments",
        "/environments/../environments",
        "/environments//",
        "//environments",
        "/./environments",
        "/environments;x=1",
        "/environments%2f",
        "/environments/'%20OR%20'1'='1",
        "/environments/%25",
        "/experiments/*",
        "/experiments/%5c..%5c",
    ] {
        let reply = api.get(path);
        assert!(matches!(reply.status, 400 | 404), "{reply}");
        reply.error(reply.status);
    }
    for path in ["/experiments/%00", "/audiences/a%00"] {
        api.delete(path).error(400);
        api.patch(path, &json!({"name": "n"})).error(400);
    }
    let long = format!("/environments/{}", "x".repeat(60_000));
    api.get(&long).error(404);
    for target in ["*", "http://other/api/environments", "api/environments", "/api/environments#x", "?"] {
        let (status, body) = get(api, target.as_bytes());
        assert!(status < 500, "{target}: {status} {body}");
    }
    api.get(&format!("/environments/{id}?page=1&%00=%00")).is(200);
    let too_long = format!("/environments/{}", "x".repeat(100_000));
    let (status, _) = get(api, format!("/api{too_long}").as_bytes());
    assert!((400..500).contains(&status), "{status}");
    assert_healthy(&serve);
}

#[test]
fn numbers_that_overflow_are_400() {
    let serve = Serve::start();
    let api = &serve.plane.api;
    let (id, name) = environment(api);
    let experiment = Experiment::new(api, &id, "e");
    let variant = experiment.variant("v");
    for number in
        ["1e999", "-1e999", "1e99999999999999999999", &"9".repeat(400), &format!("{}.5", "9".repeat(310))]
    {
        let range = format!(r#"{{"variantId":"{variant}","rangeStart":0,"rangeEnd":{number}}}"#);
        let rule = format!(r#"{{"conditions":[{{"attribute":"a","operator":"gt","value":{number}}}]}}"#);
        for (method, path, body) in [
            ("PUT", experiment.below("/allocations"), format!(r#"{{"allocations":[{range}]}}"#)),
            (
                "POST",
                experiment.below("/variants"),
                format!(r#"{{"key":"k","name":"n","payload":{{"a":[{number}]}}}}"#),
            ),
            ("PATCH", experiment.path.clone(), format!(r#"{{"targetingRules":[{rule}]}}"#)),
            ("PATCH", experiment.path.clone(), format!(r#"{{"ignored":{number}}}"#)),
            (
                "POST",
                "/decide".to_owned(),
                format!(r#"{{"user_key":"u","env":"{name}","context":{{"a":{number}}}}}"#),
            ),
        ] {
            api.request(method, &path).json(&body).send().error(400);
        }
        api.get(&format!("/decide?user_key=u&env={name}&context=%7B%22a%22:{number}%7D"))
            .error_naming(400, "context");
        api.get(&format!("/environments?page={number}&pageSize=1")).error_naming(400, "page");
        api.get(&format!("/environments?page=1&pageSize={number}")).error_naming(400, "pageSize");
    }
    for page in [9_007_199_254_740_993_u64, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
        api.get(&format!("/environments?page={page}&pageSize=100")).error_naming(400, "page");
    }
    api.get("/environments?page=9007199254740992&pageSize=100").is(200);
    assert_healthy(&serve);
}

#[test]
fn lone_surrogates_are_400_except_in_contexts() {
    let serve = Serve::start();
    let api = &serve.plane.api;
    let (id, name) = environment(api);
    let experiment = Experiment::new(api, &id, "e");
    for half in
        [r"\ud800", r"\udfff", r"a\ud83d", r"\ud83dx", r"\ude00\ud83d", r"\ud800\ud800", r"\uD83D\u0041"]
    {
        for (method, path, body) in [
            ("POST", "/environments".to_owned(), format!(r#"{{"name":"{half}"}}"#)),
            ("PATCH", experiment.path.clone(), format!(r#"{{"name":"{half}"}}"#)),
            ("PATCH", experiment.path.clone(), format!(r#"{{"{half}":1}}"#)),
            (
                "POST",
                experiment.below("/variants"),
                format!(r#"{{"key":"k","name":"n","payload":{{"{half}":1}}}}"#),
            ),
            (
                "POST",
                experiment.below("/variants"),
                format!(r#"{{"key":"k","name":"n","payload":{{"a":["{half}"]}}}}"#),
            ),
            ("POST", "/decide".to_owned(), format!(r#"{{"user_key":"{half}","env":"{name}"}}"#)),
        ] {
            api.request(method, &path).json(&body).send().error(400);
        }
        let body = format!(r#"{{"user_key":"u","env":"{name}","context":{{"a":"{half}"}}}}"#);
        // The request is valid, but nothing is published.
        api.request("POST", "/decide").json(&body).send().error_naming(503, "No config available");
        let context = format!("%7B%22a%22:%22{}%22%7D", half.replace('\\', "%5C"));
        api.get(&format!("/decide?user_key=u&env={name}&context={context}"))
            .error_naming(503, "No config available");
    }
    assert_healthy(&serve);
}

#[test]
fn very_long_texts_are_400() {
    let serve = Serve::start();
    let api = &serve.plane.api;
    let (id, name) = environment(api);
    let experiment = Experiment::new(api, &id, "e");
    for length in [257, 10_000, 900_000] {
        let long = "x".repeat(length);
        for (path, body) in [
            ("/environments", json!({"name": long})),
            ("/audiences", json!({"name": long, "environmentId": id, "rules": []})),
            ("/experiments", json!({"key": long, "name": "n", "environmentId": id})),
            ("/experiments", json!({"key": "k", "name": long, "environmentId": id})),
            (&experiment.below("/variants"), json!({"key": long, "name": "n"})),
            (&experiment.below("/variants"), json!({"key": "k", "name": long})),
        ] {
            api.post(path, &body).error_naming(400, "256 characters");
        }
    }
    for length in [1025, 100_000, 900_000] {
        let body = json!({"user_key": "x".repeat(length), "env": name});
        api.post("/decide", &body).error_naming(400, "user_key");
        // The error does not contain the long text.
        assert!(api.post("/decide", &body).body.len() < 1000);
    }
    let body = json!({"key": "k", "name": "n", "environmentId": "x".repeat(900_000)});
    let reply = api.post("/experiments", &body);
    assert!(matches!(reply.status, 400 | 404), "{reply}");
    let body = json!({"description": "x".repeat(10_001)});
    api.patch(&experiment.path, &body).error_naming(400, "description");
    assert_healthy(&serve);
}

#[test]
fn garbage_is_refused_and_other_clients_are_served() {
    let serve = Serve::start();
    let api = &serve.plane.api;
    let request = |head: &str| format!("{head}\r\nhost: localhost\r\nconnection: close\r\n\r\n").into_bytes();
    let noise: Vec<u8> =
        (0..4096_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for bytes in [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        b"\x00\x00\x00\x00".to_vec(),
        b"\r\n\r\n\r\n".to_vec(),
        b"GET\r\n\r\n".to_vec(),
        noise,
        vec![b'A'; 1 << 20],
        request("GET /api/environments HTTP/9.9"),
        request("GET /api/environments"),
        request("GET  /api/environments  HTTP/1.1"),
        request("G\u{0}T /api/environments HTTP/1.1"),
        request("GET /api/\u{0} HTTP/1.1"),
        request("GET /api/environments HTTP/1.1\r\nbad header: x"),
        request("GET /api/environments HTTP/1.1\r\nx: a\u{0}b"),
        request(&format!("GET /api/environments HTTP/1.1\r\nx: {}", "y".repeat(1 << 20))),
        request(&format!("GET /api/environments HTTP/1.1{}", "\r\nx: y".repeat(5000))),
        request("POST /api/environments HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: -1"),
        request("POST /api/environments HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 99999999999999999999"),
        request("POST /api/environments HTTP/1.1\r\ncontent-length: 2\r\ncontent-length: 3"),
        request("POST /api/environments HTTP/1.1\r\ntransfer-encoding: gzip"),
        [request("POST /api/environments HTTP/1.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked"), b"zz\r\n{}\r\n0\r\n\r\n".to_vec()].concat(),
        [request("POST /api/environments HTTP/1.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked"), b"ffffffffffffffff\r\n{}".to_vec()].concat(),
        [request("POST /api/environments HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 100"), b"{\"name\":".to_vec()].concat(),
    ] {
        let response = api.raw_to_the_end(&bytes);
        if let Some((status, body)) = parse(&response) {
            assert!((400..500).contains(&status), "{status} {body} to {:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(200)]));
        }
        serve.plane.root().get("/health").is(200);
    }
    assert_healthy(&serve);
}

#[test]
fn a_client_that_never_finishes_does_not_delay_other_clients() {
    let serve = Serve::start();
    let api = &serve.plane.api;
    let (id, _) = environment(api);
    let experiment = Experiment::new(api, &id, "e");
    let patch = format!(
        "PATCH /api{} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n",
        experiment.path
    );
    let halves = [
        String::new(),
        "G".to_owned(),
        "GET /api/environments HTTP/1.1\r\nhost: localhost\r\n".to_owned(),
        format!("{patch}content-length: 20\r\n\r\n{{\"name\":"),
        format!("{patch}transfer-encoding: chunked\r\n\r\n8\r\n{{\"name\":\r\n"),
        format!("{patch}content-length: 1048576\r\n\r\n"),
        "POST /api/decide HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{".to_owned(),
    ];
    let mut open = Vec::new();
    for half in halves.iter().cycle().take(140) {
        let mut stream = api.connect();
        stream.write_all(half.as_bytes()).unwrap();
        open.push(stream);
    }
    // Other clients can read and write the resources that the unfinished requests would change.
    for number in 0..20 {
        api.patch(&experiment.path, &json!({"name": format!("name {number}")})).is(200);
        assert_eq!(experiment.get()["name"], format!("name {number}"));
        serve.plane.root().get("/health").is(200);
    }
    // One of the slow clients finishes its request.
    let mut slow = open.swap_remove(2);
    slow.write_all(b"connection: close\r\n\r\n").unwrap();
    let mut response = String::new();
    slow.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    drop(open);
    assert_healthy(&serve);
}

#[test]
fn repeated_parameters_are_400() {
    let serve = Serve::start();
    let api = &serve.plane.api;
    for query in [
        "/environments?page=1&page=1&pageSize=1",
        "/environments?page=1&pageSize=1&pageSize=1",
        "/audiences?environmentId=a&environmentId=b",
        "/experiments?environmentId=a&environmentId=a",
        "/experiments?status=DRAFT&status=RUNNING",
        "/decide?user_key=a&user_key=b&env=prod",
        "/decide?user_key=a&env=prod&env=prod",
        "/decide?user_key=a&env=prod&context=&context=%7B%7D",
        "/decide?user_key=a&env=prod&en%76=prod",
    ] {
        api.get(query).error_naming(400, "more than once");
    }
    api.get(&format!("/experiments/{NOBODY}?x=1&x=2")).error(404);
    assert_healthy(&serve);
}

#[test]
fn requests_for_thousands_of_unknown_environments_evict_no_environment() {
    let serve = Serve::start();
    let api = &serve.plane.api;
    let (id, name) = environment(api);
    Experiment::new(api, &id, "e").run();
    for number in 0..2500 {
        api.get(&format!("/decide?user_key=u&env=nobody-{number}")).error(503);
    }
    api.get(&format!("/decide?user_key=u&env={name}")).is(200);
    // Health does not list environments that do not exist.
    let health = serve.plane.root().get("/health").is(200);
    assert_eq!(health["config_versions"], json!({name: 1}));
    assert!(health.get("config_errors").is_none_or(|errors| *errors == json!({})));
    assert_healthy(&serve);
}
