//! Decide requests, by GET and POST.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::{
    client::Reply,
    scene::{Scene, rules},
};

fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn by_get(scene: &Scene, user_key: &str, context: Option<&str>) -> Reply {
    let context = context.map(|json| format!("&context={}", encode(json))).unwrap_or_default();
    scene.api().get(&format!("/decide?user_key={}&env={}{context}", encode(user_key), scene.name))
}

fn by_post(scene: &Scene, user_key: &str, context: Option<&str>) -> Reply {
    let context = context.map(|json| format!(r#","context":{json}"#)).unwrap_or_default();
    let body = format!(r#"{{"user_key":{},"env":"{}"{context}}}"#, json!(user_key), scene.name);
    scene.api().request("POST", "/decide").json(&body).send()
}

#[test]
fn get_and_post_have_the_same_response() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    let variant = experiment.run();
    let everyone = scene.experiment("everyone");
    let other = everyone.run();
    let targeting = rules("country", "in", &json!(["US", "日本"]));
    scene.api().patch(&experiment.path, &json!({"targetingRules": targeting})).is(200);
    let of_everyone = json!({
        "experiment_key": "everyone", "experiment_id": everyone.id, "variant_key": "on", "variant_id": other,
        "payload": {"is": "on"},
    });
    let of_those = json!({
        "experiment_key": "e", "experiment_id": experiment.id, "variant_key": "on", "variant_id": variant,
        "payload": {"is": "on"},
    });
    for user_key in
        ["u", " ", "a b+c&d=e#f", "日本\u{1F600}", "quote\" back\\slash \n", "%41", "😀".repeat(256).as_str()]
    {
        for (context, is_in) in [
            (None, false),
            (Some("{}"), false),
            (Some(r#"{"country":"US"}"#), true),
            (Some(r#"{"country":"日本","x":[1,{"y":null}]}"#), true),
            (Some(" { \"country\" : \"\\u0055S\" } "), true),
            (Some(r#"{"country":"US","country":"DE"}"#), false),
            (Some(r#"{"country":["US"]}"#), false),
        ] {
            let assignments = if is_in { json!([of_those, of_everyone]) } else { json!([of_everyone]) };
            let wanted = json!({
                "user_key": user_key, "environment": scene.name, "config_version": scene.version(),
                "assignments": assignments,
            });
            assert_eq!(by_get(&scene, user_key, context).is(200), wanted, "{context:?}");
            assert_eq!(by_post(&scene, user_key, context).is(200), wanted, "{context:?}");
        }
    }
    // An empty context counts as none.
    by_get(&scene, "u", Some("")).is(200);
    // In a query, `+` is a space.
    assert_eq!(
        scene.api().get(&format!("/decide?user_key=a+b&env={}", scene.name)).is(200)["user_key"],
        "a b"
    );
}

#[test]
fn parameters_that_are_missing_empty_or_repeated_are_400() {
    let scene = Scene::new();
    scene.experiment("e").run();
    let env = format!("env={}", scene.name);
    for (query, named) in [
        (String::new(), "user_key"),
        (env.clone(), "user_key"),
        (format!("user_key=&{env}"), "user_key"),
        (format!("user_key&{env}"), "user_key"),
        (format!("user_key=a&user_key=a&{env}"), "user_key"),
        (format!("user_key=a&user%5Fkey=b&{env}"), "user_key"),
        (format!("user_key=a%00b&{env}"), "user_key"),
        (format!("user_key={}&{env}", "a".repeat(1025)), "user_key"),
        (format!("user_key={}&{env}", "%C3%A9".repeat(513)), "user_key"),
        (format!("userKey=a&{env}"), "user_key"),
        ("user_key=a".to_owned(), "env"),
        ("user_key=a&env=".to_owned(), "env"),
        (format!("user_key=a&{env}&{env}"), "env"),
        (format!("user_key=a&{env}&context=%7B%7D&context=%7B%7D"), "context"),
        (format!("user_key=a&{env}&context=&context="), "context"),
        (format!("user_key=a&{env}&context=%00"), "context"),
    ] {
        scene.api().get(&format!("/decide?{query}")).error_naming(400, named);
    }
    scene.api().get("/decide").error(400);
    scene.api().get(&format!("/decide?user_key={}&{env}", "a".repeat(1024))).is(200);
    scene.api().get(&format!("/decide?&&user_key=a&{env}&&unknown=x&unknown=y&")).is(200);
}

#[test]
fn fields_that_are_missing_or_have_another_type_are_400() {
    let scene = Scene::new();
    scene.experiment("e").run();
    let long = "a".repeat(1025);
    for (body, named) in [
        (json!({}), "user_key"),
        (json!({"env": scene.name}), "user_key"),
        (json!({"env": scene.name, "user_key": ""}), "user_key"),
        (json!({"env": scene.name, "user_key": null}), "user_key"),
        (json!({"env": scene.name, "user_key": 7}), "user_key"),
        (json!({"env": scene.name, "user_key": ["a"]}), "user_key"),
        (json!({"env": scene.name, "user_key": "a\u{0}"}), "user_key"),
        (json!({"env": scene.name, "user_key": long}), "user_key"),
        (json!({"user_key": "a"}), "env"),
        (json!({"user_key": "a", "env": null}), "env"),
        (json!({"user_key": "a", "env": {}}), "env"),
        (json!({"user_key": "a", "env": ""}), "env"),
    ] {
        scene.api().post("/decide", &body).error_naming(400, named);
    }
    // A POST reads the body, not the query.
    let query = format!("/decide?user_key=a&env={}", scene.name);
    scene.api().request("POST", &query).json("{}").send().error_naming(400, "user_key");
}

#[test]
fn a_context_that_is_not_an_object_is_400() {
    let scene = Scene::new();
    scene.experiment("e").run();
    for context in ["[]", "\"text\"", "1", "true", "null", "[{\"country\":\"US\"}]"] {
        by_get(&scene, "u", Some(context)).error_naming(400, "context");
        by_post(&scene, "u", Some(context)).error_naming(400, "context");
    }
    for context in ["{", "country=US", "{'a':1}", "{} {}", "undefined", "{\"a\":1e999}"] {
        by_get(&scene, "u", Some(context)).error_naming(400, "context");
        by_post(&scene, "u", Some(context)).error(400);
    }
}

#[test]
fn a_context_beyond_the_limits_is_400() {
    let scene = Scene::new();
    scene.experiment("e").run();
    let levels = |count: usize| format!("{}1{}", r#"{"a":"#.repeat(count), "}".repeat(count));
    let arrays = |count: usize| format!(r#"{{"a":{}{}}}"#, "[".repeat(count - 1), "]".repeat(count - 1));
    let bytes = |count: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(count - 8));
    for send in [by_get, by_post] {
        send(&scene, "u", Some(&levels(32))).is(200);
        send(&scene, "u", Some(&arrays(32))).is(200);
        send(&scene, "u", Some(&levels(33))).error_naming(400, "32 levels");
        send(&scene, "u", Some(&arrays(33))).error_naming(400, "32 levels");
        // Brackets in a string are not levels.
        send(&scene, "u", Some(&format!(r#"{{"a":"\"{}"}}"#, "[".repeat(100)))).is(200);
    }
    by_post(&scene, "u", Some(&bytes(65_536))).is(200);
    by_post(&scene, "u", Some(&bytes(65_537))).error_naming(400, "65536 bytes");
}

#[test]
fn an_environment_without_a_snapshot_is_503() {
    let scene = Scene::new();
    for name in [scene.name.as_str(), "nobody-made-this", "a", &"x".repeat(63)] {
        let wanted = format!("No config available for environment \"{name}\"");
        let path = format!("/decide?user_key=u&env={name}");
        assert_eq!(scene.api().get(&path).error(503), wanted);
        assert_eq!(scene.api().post("/decide", &json!({"user_key": "u", "env": name})).error(503), wanted);
    }
    // The first published version is live at once.
    scene.experiment("e").run();
    scene.api().get(&format!("/decide?user_key=u&env={}", scene.name)).is(200);
}

#[test]
fn an_invalid_environment_is_400() {
    let scene = Scene::new();
    for name in
        ["..", "../x", "a/b", "a\\b", ".a", "-a", "a b", "a\u{0}", "é", "%2e%2e", "..%2f..", &"x".repeat(64)]
    {
        scene.api().get(&format!("/decide?user_key=u&env={}", encode(name))).error_naming(400, "env");
        scene.api().post("/decide", &json!({"user_key": "u", "env": name})).error_naming(400, "env");
    }
    scene.api().get("/decide?user_key=u&env=../x").error_naming(400, "env");
}

#[test]
fn a_decision_is_the_same_every_time() {
    let scene = Scene::new();
    let experiment = scene.experiment("e");
    experiment.run();
    let first: Value = scene.decide("user", &json!({"a": 1}));
    for _ in 0..5 {
        assert_eq!(scene.decide("user", &json!({"a": 1})), first);
    }
}
