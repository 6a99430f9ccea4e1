//! Each field of each body, with every wrong type, missing, and with a NUL character.

use serde_json::{Value, json};

use super::assert_healthy;
use crate::{
    client::Reply,
    planes::Serve,
    scene::{Experiment, Published, decide, environment, id, published, rules},
};

/// A route with a valid body.
struct Route {
    method: &'static str,
    path: String,
    body: Value,
}

/// Returns all routes that read a body. The experiment is a draft, so that the requests do not publish.
fn routes(serve: &Serve) -> (Vec<Route>, Experiment<'_>) {
    let api = &serve.plane.api;
    let (environment, name) = environment(api);
    Experiment::new(api, &environment, "live").run();
    let rules = rules("country", "in", &json!(["US", 1]));
    let body = json!({"name": "a", "environmentId": environment, "rules": rules});
    let audience = id(&api.post("/audiences", &body).is(201));
    let experiment = Experiment::new(api, &environment, "e");
    let variant = experiment.variant("on");
    let payload = json!({"a": {"b": [1, null]}});
    let range = json!({"variantId": variant, "rangeStart": 0, "rangeEnd": 9});
    let route = |method, path: &str, body| Route { method, path: path.to_owned(), body };
    let routes = vec![
        route("POST", "/environments", json!({"name": "name"})),
        route("POST", "/audiences", json!({"name": "n", "environmentId": environment, "rules": rules})),
        route("PATCH", &format!("/audiences/{audience}"), json!({"name": "m", "rules": rules})),
        route(
            "POST",
            "/experiments",
            json!({
                "key": "k", "name": "n", "description": "d", "environmentId": environment, "audienceId": audience,
                "targetingRules": rules,
            }),
        ),
        route(
            "PATCH",
            &experiment.path,
            json!({"name": "n", "description": "d", "audienceId": audience, "targetingRules": rules}),
        ),
        route("PATCH", &experiment.below("/status"), json!({"status": "NONE"})),
        route("POST", &experiment.below("/variants"), json!({"key": "k", "name": "n", "payload": payload})),
        route(
            "PATCH",
            &experiment.below("/variants"),
            json!({
                "create": [{"key": "l", "name": "n", "payload": payload}],
                "update": [{"id": variant, "name": "n", "payload": payload}], "delete": [crate::scene::NOBODY],
            }),
        ),
        route(
            "PATCH",
            &experiment.below(&format!("/variants/{variant}")),
            json!({"name": "n", "payload": payload}),
        ),
        route("PUT", &experiment.below("/allocations"), json!({"allocations": [range]})),
        route("POST", &experiment.below("/publish"), json!({"a": 1})),
        route("POST", "/decide", json!({"user_key": "u", "env": name, "context": {"a": {"b": ["c"]}}})),
    ];
    (routes, experiment)
}

/// Checks that the accepted values can be published.
fn assert_publishable(experiment: &Experiment<'_>) {
    let reply = experiment.set_status("RUNNING");
    assert_eq!(published(&reply), Published::Live);
}

/// Collects the JSON pointers of all values in a body, beginning with the body itself.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| pointers(value, &format!("{at}/{name}"), found));
        }
        Value::Array(elements) => {
            elements
                .iter()
                .enumerate()
                .for_each(|(index, value)| pointers(value, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

/// Checks that a response is a 2xx, a 4xx with an error text, or a 503 because an environment has no snapshot.
#[track_caller]
fn assert_valid_response(reply: &Reply) {
    match reply.status {
        200 | 201 => drop(reply.is(reply.status)),
        400..500 => drop(reply.error(reply.status)),
        503 => reply.error_naming(503, "No config available"),
        _ => panic!("{reply}"),
    }
}

#[test]
fn a_value_of_any_type_in_any_field_has_a_valid_response() {
    let serve = Serve::start();
    let wrong = [
        "null",
        "true",
        "0",
        "-1",
        "1.5",
        "1e300",
        "-0.0",
        "9007199254740993",
        "18446744073709551616",
        "\"\"",
        "\"x\"",
        "\"\\u0000\"",
        "\"\\ufffd\\ud83d\\ude00\"",
        "[]",
        "[null]",
        "[[]]",
        "[{}]",
        "[\"x\",\"x\"]",
        "{}",
        "{\"\":{}}",
        "{\"conditions\":[{}]}",
    ];
    let (routes, experiment) = routes(&serve);
    for Route { method, path, body } in routes {
        let mut places = Vec::new();
        pointers(&body, "", &mut places);
        for place in places {
            for text in wrong {
                // The value is replaced as text, because a `Value` would round some numbers.
                let mut marked = body.clone();
                *marked.pointer_mut(&place).unwrap() = json!("<here>");
                let sent = marked.to_string().replace("\"<here>\"", text);
                assert_valid_response(&serve.plane.api.request(method, &path).json(&sent).send());
            }
        }
    }
    assert_publishable(&experiment);
    assert_healthy(&serve);
}

#[test]
fn a_missing_field_has_a_valid_response() {
    let serve = Serve::start();
    let (routes, experiment) = routes(&serve);
    for Route { method, path, body } in routes {
        let mut places = Vec::new();
        pointers(&body, "", &mut places);
        for place in places.iter().skip(1) {
            let (parent, name) = place.rsplit_once('/').unwrap();
            let mut body = body.clone();
            match body.pointer_mut(parent).unwrap() {
                Value::Object(members) => drop(members.remove(name)),
                Value::Array(elements) => drop(elements.remove(name.parse().unwrap())),
                _ => unreachable!("only these have members"),
            }
            assert_valid_response(&serve.plane.api.request(method, &path).json(&body.to_string()).send());
        }
    }
    assert_publishable(&experiment);
    assert_healthy(&serve);
}

#[test]
fn a_nul_character_is_refused_except_in_data() {
    let serve = Serve::start();
    let (routes, experiment) = routes(&serve);
    for Route { method, path, body } in routes {
        let mut places = Vec::new();
        pointers(&body, "", &mut places);
        for place in places.iter().filter(|place| body.pointer(place).unwrap().is_string()) {
            for text in ["\u{0}", "a\u{0}b", "\u{0}a"] {
                let mut body = body.clone();
                *body.pointer_mut(place).unwrap() = json!(text);
                let reply = serve.plane.api.request(method, &path).json(&body.to_string()).send();
                // The values of conditions and the content of a context are data.
                if place.contains("/value") || place.contains("/context/") {
                    assert_valid_response(&reply);
                } else {
                    assert!(matches!(reply.status, 400 | 404), "{place}: {reply}");
                    reply.error(reply.status);
                }
            }
        }
        // A control character without an escape is not valid JSON.
        for name in ["name", "key", "user_key", "anything"] {
            let body = format!("{{\"{name}\":\"a\u{0}b\"}}");
            let reply = serve.plane.api.request(method, &path).json(&body).send();
            assert!(path.ends_with("/publish") || reply.status == 400, "{reply}");
        }
    }
    assert_publishable(&experiment);
    assert_healthy(&serve);
}

#[test]
fn a_payload_can_contain_any_json() {
    let serve = Serve::start();
    let api = &serve.plane.api;
    let (environment, name) = environment(api);
    let experiment = Experiment::new(api, &environment, "e");
    let variant = experiment.run();
    let path = experiment.below(&format!("/variants/{variant}"));
    for payload in [
        r#"{"a":"\u0000"}"#,
        r#"{"\u0000":1,"__proto__":{"x":1},"constructor":null,"toString":"x","":""}"#,
        r#"{"a":"\ud83d\ude00 \u2028 \u202e </script><!-- ' OR 1=1; -- $1 ?1 %s {}"}"#,
        r#"{"n":[1e-400,5e-324,1.7976931348623157e308,-0.0,123456789012345678901234567890]}"#,
        &format!(r#"{{"{}":"{}"}}"#, "k".repeat(50_000), "v".repeat(500_000)),
    ] {
        let reply = api.request("PATCH", &path).json(&format!(r#"{{"payload":{payload}}}"#)).send();
        reply.is(200);
        assert_eq!(reply.header("x-publish-succeeded"), Some("true"), "{reply}");
        let decided = decide(api, &name, "u", &json!({}));
        let wanted: Value = serde_json::from_str(payload).unwrap();
        assert_eq!(decided["assignments"][0]["payload"], wanted);
    }
    assert_healthy(&serve);
}
