//! Explanations: what each step says, and how explanations look as JSON.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod deciding;

use deciding::Compiled;
use edgewise_engine::{Attributes, Context, EntityId, ExplainError, Request, Scalar, UserKey};
use serde_json::{Value, json};

/// A snapshot of one experiment: everyone in buckets 0 to 4999 gets `green`.
fn compiled(audience: &Value, targeting: &Value) -> Compiled {
    Compiled::from_json(&json!({
        "version": 1, "environment": "e", "publishedAt": "", "experiments": [{
            "id": "e1", "key": "button \"1\"", "salt": "salt-1",
            "audienceRules": audience, "targetingRules": targeting,
            "variants": [{"id": "v1", "key": "green", "payload": {}}],
            "allocations": [{"variantId": "v1", "rangeStart": 0, "rangeEnd": 4999}],
        }],
    }))
}

fn explain(compiled: &Compiled, user: Option<&str>, context: &Value) -> Value {
    let text = context.to_string();
    let context = Context::from_json(&text).unwrap();
    let request = Request::new(user.map(|user| UserKey::new(user).unwrap()), &context, 0);
    let explanation = compiled.ruleset.explain(EntityId::new(0), &request).unwrap();
    serde_json::to_value(&explanation).unwrap()
}

/// Returns the conditions of the only rule of a step.
fn conditions(explanation: &Value) -> &Value {
    explanation.pointer("/steps/0/detail/rules/0/conditions").unwrap()
}

fn rule(conditions: Value) -> Value {
    json!([{"conditions": conditions}])
}

#[test]
fn an_assigned_user_has_passed_each_step_that_the_experiment_has() {
    let pro = rule(json!([{"attribute": "plan", "operator": "eq", "value": "pro"}]));
    let explanation = explain(&compiled(&json!([]), &pro), Some("user-1"), &json!({"plan": "pro"}));
    let expected = json!({
        "kind": "experiment", "key": "button \"1\"", "variant": "green", "reason": "SPLIT", "step": "allocation",
        "steps": [
            {"step": "targeting", "passed": true, "detail": {"rules": [{"passed": true, "conditions": [
                {"attribute": "plan", "operator": "eq", "value": "pro", "seen": "pro", "passed": true},
            ]}]}},
            {"step": "allocation", "passed": true, "detail": {
                "unit": "user-1", "bucket": 2865, "range": {"rangeStart": 0, "rangeEnd": 4999}, "rampAt": null,
            }},
        ],
    });
    assert_eq!(explanation, expected);
}

#[test]
fn the_last_step_is_the_one_that_excludes_the_user() {
    let never = rule(json!([{"attribute": "a", "operator": "eqx", "value": 1}]));
    let step = |audience: &Value, targeting: &Value, user: Option<&str>| {
        let explanation = explain(&compiled(audience, targeting), user, &json!({}));
        assert_eq!((&explanation["variant"], &explanation["reason"]), (&Value::Null, &json!("DEFAULT")));
        let steps = explanation["steps"].as_array().unwrap();
        assert_eq!(steps.last().unwrap()["step"], explanation["step"]);
        assert_eq!(steps.last().unwrap()["passed"], json!(false));
        (explanation["step"].as_str().unwrap().to_owned(), steps.len())
    };
    let (everyone, none) = (rule(json!([])), json!([]));
    assert_eq!(step(&never, &never, Some("user-1")), ("audience".to_owned(), 1));
    assert_eq!(step(&everyone, &never, Some("user-1")), ("targeting".to_owned(), 2));
    assert_eq!(step(&none, &none, None), ("unit".to_owned(), 1));
    assert_eq!(step(&none, &everyone, Some("alice-17")), ("allocation".to_owned(), 2));
}

#[test]
fn each_condition_says_what_was_seen_even_if_deciding_does_not_evaluate_the_condition() {
    let conditions_of = json!([
        {"attribute": "missing", "operator": "neq", "value": [1]},
        {"attribute": "missing", "operator": "eq"},
        {"attribute": "plan", "operator": "eqx", "value": {"a": 1.0}},
        {"attribute": "plan", "operator": "in", "value": ["x", {}, "pro", "x"]},
        {"attribute": "tags.length", "operator": "gt", "value": 1},
        {"attribute": "tags", "operator": "contains", "value": "x"},
        {"attribute": "user.age", "operator": "lt", "value": 18},
        {"attribute": "nothing", "operator": "eq", "value": null},
    ]);
    let context = json!({"plan": "pro", "tags": ["x", {"y": null}], "user": {"age": 17.5}, "nothing": null});
    let explanation = explain(&compiled(&rule(conditions_of.clone()), &json!([])), Some("u"), &context);
    let seen = [
        (None, true),
        (None, true),
        (Some(json!("pro")), false),
        (Some(json!("pro")), true),
        (Some(json!(2)), true),
        (Some(json!(["x", {"y": null}])), false),
        (Some(json!(17.5)), true),
        (Some(json!(null)), true),
    ];
    let expected = conditions_of.as_array().unwrap().iter().zip(seen).map(|(condition, (seen, passed))| {
        let mut condition = condition.as_object().unwrap().clone();
        condition.extend(seen.map(|seen| ("seen".to_owned(), seen)));
        condition.insert("passed".to_owned(), json!(passed));
        Value::Object(condition)
    });
    assert_eq!(conditions(&explanation), &expected.collect::<Value>());
}

#[test]
fn the_rules_of_the_audience_and_of_the_experiment_are_told_apart_though_a_gate_merges_them() {
    let (pro, us) = (
        rule(json!([{"attribute": "plan", "operator": "eq", "value": "pro"}])),
        rule(json!([{"attribute": "country", "operator": "eq", "value": "US"}])),
    );
    for (audience, targeting, step) in [(&pro, &us, "targeting"), (&us, &pro, "audience")] {
        let explanation = explain(&compiled(audience, targeting), Some("u"), &json!({"plan": "pro"}));
        assert_eq!(explanation["step"], step);
    }
    let explanation = explain(&compiled(&pro, &pro), Some("user-1"), &json!({"plan": "pro"}));
    let steps: Vec<&Value> =
        explanation["steps"].as_array().unwrap().iter().map(|step| &step["step"]).collect();
    assert_eq!(steps, ["audience", "targeting", "allocation"]);
}

#[test]
fn a_long_value_is_shortened_to_its_beginning() {
    let never = rule(json!([{"attribute": "a", "operator": "eq", "value": 1}]));
    let compiled = compiled(&json!([]), &never);
    let condition = |long: &Value| {
        let explanation = explain(&compiled, Some("u"), &json!({"a": long}));
        conditions(&explanation).get(0).unwrap().clone()
    };
    let string = condition(&json!("é\"".repeat(2000)));
    assert_eq!((&string["seen"], &string["shortened"]), (&json!("é\"".repeat(128)), &json!(true)));
    let array = json!(vec![json!({"é": 1}); 2000]);
    let beginning: String = array.to_string().chars().take(256).collect();
    assert_eq!(condition(&array)["seen"], json!(beginning));
    let short = condition(&json!("é".repeat(500)));
    assert_eq!((&short["seen"], short.get("shortened")), (&json!("é".repeat(500)), None));
}

#[test]
fn rules_that_are_too_long_are_refused() {
    let long = "x".repeat(1 << 20);
    let rules: Vec<Value> = (0..40)
        .map(|number| {
            let value = format!("{number}{long}");
            json!({"conditions": [{"attribute": "a", "operator": "contains", "value": value}]})
        })
        .collect();
    let compiled = compiled(&json!([]), &json!(rules));
    let context = Context::default();
    let request = Request::new(None, &context, 0);
    let entity = EntityId::new(0);
    assert_eq!(compiled.ruleset.explain(entity, &request), Err(ExplainError::TooLong(entity)));
}

#[test]
fn if_a_key_is_repeated_the_first_experiment_is_found() {
    let experiment = |id: &str| json!({"id": id, "key": "k", "salt": "s", "variants": [], "allocations": []});
    let compiled = Compiled::from_json(
        &json!({"version": 1, "environment": "e", "publishedAt": "", "experiments": [experiment("z"), experiment("a")]}),
    );
    assert_eq!(compiled.ruleset.experiment("k"), Some(EntityId::new(0)));
}

#[test]
fn an_experiment_without_variants_or_allocations_is_explained() {
    let compiled = Compiled::from_json(&json!({
        "version": 1, "environment": "e", "publishedAt": "", "experiments": [{
            "id": "e1", "key": "k", "salt": "salt-1", "variants": [],
            "targetingRules": [{"conditions": [{"attribute": "plan", "operator": "eq", "value": "pro"}]}],
            "allocations": [{"variantId": "gone", "rangeStart": -5, "rangeEnd": i64::MAX}],
        }],
    }));
    let explanation = explain(&compiled, Some("user-1"), &json!({"plan": "pro"}));
    assert_eq!((&explanation["step"], &explanation["variant"]), (&json!("allocation"), &Value::Null));
    let range = json!({"rangeStart": -5, "rangeEnd": i32::MAX});
    assert_eq!(
        explanation["steps"][1]["detail"],
        json!({"unit": "user-1", "bucket": 2865, "range": range, "rampAt": null})
    );
    assert_eq!(explain(&compiled, Some("user-1"), &json!({}))["step"], "targeting");
}

#[test]
fn an_experiment_is_found_by_its_key_alone() {
    let keys = ["b", "", "a\"b", "a", "aa", "日本", "a\\", "b,", "\n"];
    let experiments: Vec<Value> = keys
        .iter()
        .map(|key| json!({"id": "e", "key": key, "salt": "s", "variants": [], "allocations": []}))
        .collect();
    let compiled = Compiled::from_json(
        &json!({"version": 1, "environment": "e", "publishedAt": "", "experiments": experiments}),
    );
    for (entity, key) in (0..).map(EntityId::new).zip(keys) {
        assert_eq!(compiled.ruleset.experiment(key), Some(entity), "{key}");
    }
    for key in ["c", "a\"", "b,\"experiment_id\":", "A"] {
        assert_eq!(compiled.ruleset.experiment(key), None, "{key}");
    }
}

/// A source that has the values of attributes, but not their JSON.
struct Numbered;

impl Attributes for Numbered {
    fn attribute(&self, number: usize, name: &str) -> Scalar<'_> {
        assert_eq!((number, name), (0, "plan"));
        Scalar::String("pro")
    }
}

#[test]
fn a_source_without_json_shows_nothing_but_decides_the_same() {
    let pro = rule(json!([{"attribute": "plan", "operator": "eq", "value": "pro"}]));
    let compiled = compiled(&json!([]), &pro);
    let request = Request::new(UserKey::new("user-1").unwrap(), &Numbered, 0);
    let explanation = compiled.ruleset.explain(EntityId::new(0), &request).unwrap();
    let explanation = serde_json::to_value(&explanation).unwrap();
    let condition = json!({"attribute": "plan", "operator": "eq", "value": "pro", "passed": true});
    assert_eq!(conditions(&explanation), &json!([condition]));
    assert_eq!(explanation["variant"], "green");
}
