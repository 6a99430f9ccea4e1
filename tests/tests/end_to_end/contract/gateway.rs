//! Separate planes: a gateway forwards requests and responses unchanged.

use serde_json::json;
use tempfile::TempDir;

use crate::{
    client::Reply,
    planes::{Apart, eventually},
    scene::{Experiment, NOBODY, Published, environment, id, published},
};

/// Returns the parts of a response that a gateway must not change.
fn essence(reply: &Reply) -> (u16, String, Vec<Option<String>>) {
    let names = [
        "content-type",
        "etag",
        "cache-control",
        "access-control-allow-origin",
        "x-publish-attempted",
        "x-publish-succeeded",
        "x-publish-error",
    ];
    let headers = names.iter().map(|name| reply.header(name).map(str::to_owned)).collect();
    (reply.status, reply.text().to_owned(), headers)
}

#[test]
fn a_gateway_has_the_same_responses_as_its_planes() {
    let directory = TempDir::new().unwrap();
    let Apart { control, decide, gateway } =
        Apart::start(directory.path(), &["--decide-rate-limit-enabled", "false"]);
    let (environment, name) = environment(&gateway.api);
    let experiment = Experiment::new(&gateway.api, &environment, "e");
    let variant = experiment.run();
    eventually("it is decided from", || {
        (decide.api.get(&format!("/decide?user_key=u&env={name}")).status == 200).then_some(())
    });

    let (path, id) = (&experiment.path, &experiment.id);
    let two_mib = "x".repeat(2 << 20);
    for (method, path, body) in [
        ("GET", "/environments".to_owned(), ""),
        ("GET", format!("/environments/{environment}"), ""),
        ("GET", "/experiments?page=1&pageSize=1".to_owned(), ""),
        ("GET", "/experiments?status=RUNNING&environmentId=%C3%A9+x".to_owned(), ""),
        ("GET", "/experiments?page=1".to_owned(), ""),
        ("GET", format!("/experiments/{NOBODY}"), ""),
        ("GET", path.clone(), ""),
        ("PATCH", path.clone(), "{\"name\":"),
        ("PATCH", path.clone(), "{\"name\":null}"),
        ("PATCH", format!("{path}/status"), "{\"status\":\"RUNNING\"}"),
        ("PATCH", format!("{path}/variants"), "{\"delete\":[\"x\"]}"),
        ("PUT", format!("{path}/allocations"), "{\"allocations\":[{}]}"),
        ("POST", "/environments".to_owned(), two_mib.as_str()),
        ("GET", "/nothing".to_owned(), ""),
        ("TRACE", "/environments".to_owned(), ""),
        ("GET", "/environments/".to_owned(), ""),
        ("GET", "//environments".to_owned(), ""),
        ("GET", "/environments/%2e%2e".to_owned(), ""),
        ("GET", "/environments/../environments".to_owned(), ""),
        ("GET", "/environments/%00".to_owned(), ""),
        ("GET", "/environments?page=%FF".to_owned(), ""),
    ] {
        let send = |api: &crate::client::Client, chunked: bool| {
            let request = api.request(method, &path);
            essence(&match (body, chunked) {
                ("", _) => request.send(),
                (body, true) => request.chunked(body).send(),
                (body, false) => request.json(body).send(),
            })
        };
        for chunked in [false, true] {
            assert_eq!(send(&gateway.api, chunked), send(&control.api, chunked), "{method} {path}");
        }
    }
    for query in [
        format!("user_key=u&env={name}"),
        format!("user_key=%F0%9F%98%80%20a+b%26&env={name}&context=%7B%22a%22:[1]%7D"),
        "user_key=u&env=nothing".to_owned(),
        "user_key=u&user_key=u&env=x".to_owned(),
        "user_key=%FF&env=x".to_owned(),
        String::new(),
    ] {
        let send = |api: &crate::client::Client| essence(&api.get(&format!("/decide?{query}")));
        assert_eq!(send(&gateway.api), send(&decide.api), "{query}");
    }
    for body in [json!({"user_key": "u", "env": name}), json!({"user_key": "u"}), json!([])] {
        assert_eq!(essence(&gateway.api.post("/decide", &body)), essence(&decide.api.post("/decide", &body)));
    }
    for path in ["version.json", "snapshots/latest.json", "snapshots/1.json", "snapshots/9.json", "../x"] {
        let path = format!("/configs/{name}/{path}");
        assert_eq!(essence(&gateway.root().get(&path)), essence(&decide.root().get(&path)), "{path}");
    }

    // Headers are forwarded in both directions.
    let reply = gateway.api.patch(path, &json!({"targetingRules": []}));
    assert_eq!(published(&reply), Published::Live);
    assert_eq!(reply.etag(), experiment.etag());
    gateway.api.request("PATCH", path).header("if-match", "\"0\"").json("{}").send().error(412);
    let pointer = gateway.root().get(&format!("/configs/{name}/version.json"));
    let root = gateway.root();
    let request = root.request("GET", &format!("/configs/{name}/version.json"));
    assert_eq!(request.header("if-none-match", &pointer.etag()).send().status, 304);
    gateway.api.request("PATCH", path).body("{}").send().error(415);
    let deleted = gateway.api.delete(&format!("{path}/variants/{variant}"));
    assert_eq!(deleted.is(200)["experimentId"], json!(id));

    // The gateway does not forward requests to these routes of the planes.
    for path in ["/metrics", "/ready", "/%6detrics", "//metrics", "/../metrics"] {
        gateway.api.get(path).error(404);
    }
}

#[test]
fn a_gateway_forwards_large_bodies_unchanged() {
    let directory = TempDir::new().unwrap();
    let Apart { control: _control, decide: _decide, gateway } = Apart::start(directory.path(), &[]);
    let (environment, _) = environment(&gateway.api);
    let experiment = Experiment::new(&gateway.api, &environment, "e");
    let text = "é".repeat(500_000);
    let body = json!({"key": "v", "name": "n", "payload": {"text": text}});
    let made = gateway.api.post(&experiment.below("/variants"), &body).is(201);
    assert_eq!(made["payload"]["text"], text);
    let path = experiment.below(&format!("/variants/{}", id(&made)));
    let body = json!({"payload": {"text": text, "more": 1}});
    let patched = gateway.api.request("PATCH", &path).chunked(&body.to_string()).send().is(200);
    assert_eq!(patched["payload"], body["payload"]);
    assert_eq!(experiment.get()["variants"][0], patched);
}
