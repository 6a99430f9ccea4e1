//! The rules for all routes: JSON requests, JSON responses, and error responses.

use serde_json::{Value, json};

use crate::{
    client::Client,
    scene::{NOBODY, Scene},
};

/// The size limit of a body: 1 MiB.
const BODY_BYTES: usize = 1 << 20;

/// A valid request that changes a resource.
struct Write {
    method: &'static str,
    path: String,
    body: Value,
    status: u16,
}

/// Returns a valid request for each route that reads a body. Only requests that create a resource cannot be repeated.
fn writes(scene: &Scene) -> Vec<Write> {
    let experiment = scene.experiment("written");
    let variant = experiment.run();
    let audience = format!("/audiences/{}", crate::scene::id(&scene.audience("written", "US")));
    let write = |method, path: &str, body, status| Write { method, path: path.to_owned(), body, status };
    let environment_id = &scene.id;
    vec![
        write("POST", "/environments", json!({"name": format!("{}-w", scene.name)}), 201),
        write("POST", "/audiences", json!({"name": "w", "environmentId": environment_id, "rules": []}), 201),
        write("PATCH", &audience, json!({"name": "written twice"}), 200),
        write("POST", "/experiments", json!({"key": "w", "name": "w", "environmentId": environment_id}), 201),
        write("PATCH", &experiment.path, json!({"name": "w"}), 200),
        write("PATCH", &experiment.below("/status"), json!({"status": "PAUSED"}), 200),
        write("POST", &experiment.below("/variants"), json!({"key": "w", "name": "w"}), 201),
        write("PATCH", &experiment.below("/variants"), json!({}), 200),
        write("PATCH", &experiment.below(&format!("/variants/{variant}")), json!({"name": "w"}), 200),
        write("PUT", &experiment.below("/allocations"), json!({"allocations": []}), 200),
        write("POST", "/decide", json!({"user_key": "u", "env": scene.name}), 200),
    ]
}

#[test]
fn unknown_routes_and_methods_are_404_in_json() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let own = |path: &str| experiment.below(path);
    for (method, path) in [
        ("GET", "/nothing".to_owned()),
        ("GET", "/environments/".to_owned()),
        ("PUT", "/environments".to_owned()),
        ("DELETE", "/environments".to_owned()),
        ("PATCH", format!("/environments/{}", scene.id)),
        ("DELETE", format!("/environments/{}", scene.id)),
        ("PUT", "/audiences".to_owned()),
        ("POST", format!("/audiences/{NOBODY}")),
        ("PUT", own("")),
        ("POST", own("")),
        ("GET", own("/status")),
        ("PUT", own("/status")),
        ("GET", own("/publish")),
        ("DELETE", own("/variants")),
        ("PUT", own(&format!("/variants/{NOBODY}"))),
        ("POST", own("/allocations")),
        ("PATCH", own("/allocations")),
        ("GET", own("/nothing")),
        ("PUT", "/decide".to_owned()),
        ("DELETE", "/decide".to_owned()),
        ("POST", "/health".to_owned()),
        ("NONSENSE", "/environments".to_owned()),
    ] {
        scene.api().request(method, &path).json("{}").send().error(404);
    }
    for path in ["/nothing", "/api", "/experiments/e/variants", "/decide", "/configs", "/healthy"] {
        scene.serve().plane.root().get(path).error(404);
    }
}

#[test]
fn a_body_may_begin_with_a_byte_order_mark() {
    let scene = Scene::new();
    for Write { method, path, body, status } in writes(&scene) {
        scene.api().request(method, &path).json(&format!("\u{feff}{body}")).send().is(status);
        scene.api().request(method, &path).json(&format!("\u{feff}\u{feff}{body}")).send().error(400);
        scene.api().request(method, &path).json("\u{feff}").send().error(400);
    }
}

#[test]
fn unknown_ids_are_404() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let all = json!({
        "name": "n", "key": "k", "status": "RUNNING", "rules": [], "allocations": [], "environmentId": NOBODY,
    });
    for id in [NOBODY, "1", "not-a-uuid", "%20", "%C3%A9", "00000000-0000-4000-8000-000000000000%20"] {
        for (method, path) in [
            ("GET", format!("/environments/{id}")),
            ("GET", format!("/audiences/{id}")),
            ("PATCH", format!("/audiences/{id}")),
            ("DELETE", format!("/audiences/{id}")),
            ("GET", format!("/experiments/{id}")),
            ("PATCH", format!("/experiments/{id}")),
            ("DELETE", format!("/experiments/{id}")),
            ("PATCH", format!("/experiments/{id}/status")),
            ("POST", format!("/experiments/{id}/publish")),
            ("POST", format!("/experiments/{id}/variants")),
            ("PATCH", format!("/experiments/{id}/variants")),
            ("PUT", format!("/experiments/{id}/allocations")),
            ("PATCH", format!("/experiments/{id}/variants/{NOBODY}")),
            ("DELETE", format!("/experiments/{id}/variants/{NOBODY}")),
            ("PATCH", experiment.below(&format!("/variants/{id}"))),
            ("DELETE", experiment.below(&format!("/variants/{id}"))),
        ] {
            scene.api().request(method, &path).json(&all.to_string()).send().error(404);
        }
    }
    for path in ["/audiences", "/experiments"] {
        scene.api().post(path, &all).error(404);
    }
}

#[test]
fn a_body_that_is_not_declared_as_json_is_415() {
    let scene = Scene::new();
    for Write { method, path, body, .. } in writes(&scene) {
        let body = body.to_string();
        scene.api().request(method, &path).body(&body).send().error(415);
        for kind in ["text/plain", "application/x-www-form-urlencoded", "text/json", "application/jsonx", ""]
        {
            scene.api().request(method, &path).header("content-type", kind).body(&body).send().error(415);
        }
    }
}

#[test]
fn the_json_content_type_can_have_parameters_and_any_case() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    for kind in ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8"] {
        let request = scene.api().request("PATCH", &experiment.path).header("content-type", kind);
        request.body(r#"{"name":"n"}"#).send().is(200);
    }
}

#[test]
fn malformed_json_is_400() {
    let scene = Scene::new();
    for Write { method, path, .. } in writes(&scene) {
        for body in [
            "{",
            "}",
            "nul",
            "[1,",
            "\"",
            "{'name':'x'}",
            "{\"name\":}",
            "{\"name\":\"x\",}",
            "{\"name\":\"x\"} {}",
            "{\"name\":\"x\"}x",
            "{name:1}",
            "// c\n{}",
            "{\"name\":01}",
            "{\"name\":NaN}",
            "{\"name\":\"\n\"}",
            "{\"name\":\"\\x\"}",
            "{\"other\":1e999}",
        ] {
            scene.api().request(method, &path).json(body).send().error_naming(400, "not valid JSON");
        }
        // A context may contain lone surrogates, so the body of a decide request may.
        let problem = if path.ends_with("/decide") { "user_key" } else { "not valid JSON" };
        scene.api().request(method, &path).json(r#"{"other":"\ud800"}"#).send().error_naming(400, problem);
        let latin_1: &[u8] = b"{\"name\":\"caf\xe9\"}";
        let request = scene.api().request(method, &path).header("content-type", "application/json");
        request.body(latin_1).send().error_naming(400, "UTF-8");
        for body in ["[]", "null", "\"text\"", "1", "true", "[{}]"] {
            scene.api().request(method, &path).json(body).send().error_naming(400, "object");
        }
    }
}

#[test]
fn a_missing_body_is_400_on_routes_that_need_one() {
    let scene = Scene::new();
    for Write { method, path, .. } in writes(&scene) {
        scene.api().request(method, &path).send().error(400);
        scene.api().request(method, &path).json("").send().error(400);
        scene.api().request(method, &path).json(" \n").send().error(400);
    }
}

#[test]
fn a_missing_body_is_accepted_on_routes_that_need_none() {
    let scene = Scene::new();
    let (experiment, other) = (scene.experiment("one"), scene.experiment("two"));
    let request = |method, path: &str| scene.api().request(method, path).send();
    request("POST", &experiment.below("/publish")).is(200);
    scene.api().request("POST", &experiment.below("/publish")).json("").send().is(200);
    scene.api().request("POST", &experiment.below("/publish")).json("{}").send().is(200);
    scene.api().request("POST", &experiment.below("/publish")).body("").send().is(200);
    scene.api().request("DELETE", &experiment.path).json("").send().is(200);
    request("DELETE", &other.path).is(200);
}

#[test]
fn unknown_fields_are_ignored() {
    let scene = Scene::new();
    for Write { method, path, mut body, status } in writes(&scene) {
        body["unknown"] = json!({"deeply": ["unknown", null, 1.5]});
        body["id"] = json!(NOBODY);
        body["createdAt"] = json!("never");
        let got = scene.api().request(method, &path).json(&body.to_string()).send().is(status);
        assert_ne!(got["id"], NOBODY, "{method} {path}");
    }
}

#[test]
fn the_last_of_repeated_keys_counts() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let request = scene.api().request("PATCH", &experiment.path);
    let got = request.json(r#"{"name":7,"name":"first","\u006eame":"last"}"#).send().is(200);
    assert_eq!(got["name"], "last");
}

#[test]
fn a_body_can_have_1_mib_but_not_a_byte_more() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let body = |bytes: usize| {
        let rest = r#"{"name":"n","padding":""}"#.len();
        format!(r#"{{"name":"n","padding":"{}"}}"#, "x".repeat(bytes - rest))
    };
    let request = || scene.api().request("PATCH", &experiment.path);
    request().json(&body(BODY_BYTES)).send().is(200);
    request().chunked(&body(BODY_BYTES)).send().is(200);
    request().json(&body(BODY_BYTES + 1)).send().error_naming(413, "1048576");
    request().chunked(&body(BODY_BYTES + 1)).send().error_naming(413, "1048576");
}

#[test]
fn two_mib_are_413_on_every_route_that_reads_a_body() {
    let scene = Scene::new();
    let two_mib = "x".repeat(2 * BODY_BYTES);
    let check = |api: &Client, method, path: &str| {
        api.request(method, path).json(&two_mib).send().error(413);
        api.request(method, path).chunked(&two_mib).send().error(413);
    };
    for Write { method, path, .. } in writes(&scene) {
        check(scene.api(), method, &path);
    }
    let experiment = scene.experiment("e");
    check(scene.api(), "POST", &experiment.below("/publish"));
    check(scene.api(), "DELETE", &experiment.path);
    experiment.get();
}

#[test]
fn a_client_that_expects_100_continue_gets_it() {
    use std::io::{Read, Write};
    let scene = Scene::new();
    let mut stream = scene.api().connect();
    let body = format!(r#"{{"name":"{}-patient"}}"#, scene.name);
    write!(
        stream,
        "POST /api/environments HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         expect: 100-continue\r\nconnection: close\r\n\r\n",
        body.len()
    )
    .unwrap();
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 201 "), "{response}");
}

#[test]
fn the_routes_are_described_in_openapi() {
    let scene = Scene::new();
    let document = scene.api().get("/openapi.json").is(200);
    for path in [
        "/api/environments",
        "/api/environments/{id}",
        "/api/audiences",
        "/api/audiences/{id}",
        "/api/experiments",
        "/api/experiments/{id}",
        "/api/experiments/{id}/status",
        "/api/experiments/{id}/publish",
        "/api/experiments/{id}/variants",
        "/api/experiments/{id}/variants/{variantId}",
        "/api/experiments/{id}/allocations",
        "/api/decide",
    ] {
        assert!(document["paths"][path].is_object(), "{path} is not described");
    }
}
