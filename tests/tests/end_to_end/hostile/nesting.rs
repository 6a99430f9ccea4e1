//! Deeply nested JSON.

use serde_json::json;

use super::assert_healthy;
use crate::{
    planes::Serve,
    scene::{Experiment, environment, id, rules},
};

const LEVELS: usize = 10_000;

fn arrays(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

fn objects(levels: usize) -> String {
    format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels))
}

#[test]
fn ten_thousand_levels_are_400_wherever_they_are() {
    let serve = Serve::start();
    let api = &serve.plane.api;
    let (environment, name) = environment(api);
    let experiment = Experiment::new(api, &environment, "e");
    let variant = experiment.variant("v");
    let body = json!({"name": "a", "environmentId": environment, "rules": []});
    let audience = id(&api.post("/audiences", &body).is(201));
    for deep in
        [arrays(LEVELS), objects(LEVELS), "[".repeat(LEVELS), "{\"a\":".repeat(LEVELS), "]".repeat(LEVELS)]
    {
        let one_rule = format!(r#"[{{"conditions":[{{"attribute":"a","operator":"eq","value":{deep}}}]}}]"#);
        for (method, path, body) in [
            ("POST", "/environments".to_owned(), deep.clone()),
            ("POST", "/environments".to_owned(), format!(r#"{{"name":{deep}}}"#)),
            ("POST", "/environments".to_owned(), format!(r#"{{"name":"x","ignored":{deep}}}"#)),
            (
                "POST",
                "/audiences".to_owned(),
                format!(r#"{{"name":"x","environmentId":"{environment}","rules":{deep}}}"#),
            ),
            ("PATCH", format!("/audiences/{audience}"), format!(r#"{{"rules":{one_rule}}}"#)),
            ("POST", "/experiments".to_owned(), format!(r#"{{"key":{deep}}}"#)),
            ("PATCH", experiment.path.clone(), format!(r#"{{"targetingRules":{deep}}}"#)),
            ("PATCH", experiment.path.clone(), format!(r#"{{"targetingRules":{one_rule}}}"#)),
            ("PATCH", experiment.below("/status"), format!(r#"{{"status":{deep}}}"#)),
            ("POST", experiment.below("/variants"), format!(r#"{{"key":"k","name":"n","payload":{deep}}}"#)),
            (
                "POST",
                experiment.below("/variants"),
                format!(r#"{{"key":"k","name":"n","payload":{{"a":{deep}}}}}"#),
            ),
            (
                "PATCH",
                experiment.below(&format!("/variants/{variant}")),
                format!(r#"{{"payload":{{"a":{deep}}}}}"#),
            ),
            ("PATCH", experiment.below("/variants"), format!(r#"{{"create":{deep}}}"#)),
            ("PUT", experiment.below("/allocations"), format!(r#"{{"allocations":{deep}}}"#)),
            ("POST", "/decide".to_owned(), format!(r#"{{"user_key":"u","env":"{name}","context":{deep}}}"#)),
            (
                "POST",
                "/decide".to_owned(),
                format!(r#"{{"user_key":"u","env":"{name}","context":{{"a":{deep}}}}}"#),
            ),
        ] {
            api.request(method, &path).json(&body).send().error(400);
        }
    }
    assert_healthy(&serve);
}

#[test]
fn ten_thousand_levels_in_a_query_are_400() {
    let serve = Serve::start();
    for deep in ["%5B".repeat(LEVELS), "[".repeat(LEVELS), "%7B%22a%22:".repeat(LEVELS / 2)] {
        let path = format!("/decide?user_key=u&env=prod&context={deep}");
        serve.plane.api.get(&path).error_naming(400, "context");
    }
    assert_healthy(&serve);
}

/// Accepted values must be publishable, although a snapshot has more levels than the bodies of its resources.
#[test]
fn every_accepted_nesting_can_be_published() {
    let serve = Serve::start();
    let api = &serve.plane.api;
    let (environment, name) = environment(api);
    let experiment = Experiment::new(api, &environment, "e");
    let variant = experiment.run();
    let body = json!({"name": "a", "environmentId": environment, "rules": []});
    let audience = id(&api.post("/audiences", &body).is(201));
    api.patch(&experiment.path, &json!({"audienceId": audience})).is(200);
    let mut accepted = 0;
    for levels in [1, 31, 32, 33, 64, 100].into_iter().chain(116..=128) {
        for deep in [arrays(levels), objects(levels)] {
            let rules = rules("a", "neq", &json!("<here>")).to_string().replace("\"<here>\"", &deep);
            for (path, body) in [
                (
                    experiment.below(&format!("/variants/{variant}")),
                    format!(r#"{{"payload":{{"a":{deep}}}}}"#),
                ),
                (experiment.path.clone(), format!(r#"{{"targetingRules":{rules}}}"#)),
                (format!("/audiences/{audience}"), format!(r#"{{"rules":{rules}}}"#)),
            ] {
                let reply = api.request("PATCH", &path).json(&body).send();
                let what = format!("{levels} levels in {path}");
                if reply.status == 200 {
                    accepted += 1;
                    assert_eq!(reply.header("x-publish-succeeded"), Some("true"), "{what}: {reply}");
                    let decided = api.get(&format!("/decide?user_key=u&env={name}"));
                    assert_eq!(decided.status, 200, "{what}: {decided}");
                } else {
                    reply.error(400);
                }
            }
        }
    }
    assert!(accepted > 20, "{accepted}");
    assert_healthy(&serve);
}
