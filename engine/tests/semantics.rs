//! The semantics of each operator and of attribute look-up, case by case.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod deciding;

use deciding::Compiled;
use edgewise_engine::{
    Context, Request, Scalar, Snapshot, SnapshotError, UserKey,
    explain::{Reason, Step},
    oracle::{self, evaluate},
    rules::{Condition, OperatorName},
    snapshot::Experiment,
};
use serde_json::{Value, json};

fn matches(context: Value, attribute: &str, operator: &str, value: impl Into<Option<Value>>) -> bool {
    let condition = Condition {
        attribute: attribute.to_owned(),
        operator: OperatorName::from(operator.to_owned()),
        value: value.into(),
    };
    let compiled = Compiled::from_json(&json!({
        "version": 1, "environment": "e", "publishedAt": "", "experiments": [{
            "id": "e", "key": "k", "salt": "s", "targetingRules": [{"conditions": [&condition]}],
            "variants": [{"id": "v", "key": "v"}],
            "allocations": [{"variantId": "v", "rangeStart": 0, "rangeEnd": 9999}],
        }],
    }));
    let matches = condition.matches(&oracle::Context::from_value(context.clone()).unwrap());
    assert_eq!(compiled.decide("user", &context).len(), usize::from(matches));
    matches
}

#[test]
fn eq_compares_scalars_of_the_same_type_only() {
    for (attribute, value, equal) in [
        (json!("1"), json!(1), false),
        (json!(1), json!(1.0), true),
        (json!(-0.0), json!(0), true),
        (json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992_u64), true),
        (json!(null), json!(null), true),
        (json!(null), json!(false), false),
        (json!(true), json!(true), true),
        (json!([]), json!([]), false),
        (json!({}), json!({}), false),
    ] {
        assert_eq!(
            matches(json!({"a": attribute}), "a", "eq", value.clone()),
            equal,
            "{attribute} eq {value}"
        );
        assert_eq!(
            matches(json!({"a": attribute}), "a", "neq", value.clone()),
            !equal,
            "{attribute} neq {value}"
        );
    }
}

#[test]
fn a_missing_attribute_equals_an_absent_value_but_not_null() {
    assert!(matches(json!({}), "a", "eq", None));
    assert!(!matches(json!({}), "a", "neq", None));
    assert!(!matches(json!({}), "a", "eq", json!(null)));
    assert!(matches(json!({}), "a", "neq", json!(null)));
    assert!(!matches(json!({"a": null}), "a", "eq", None));
}

#[test]
fn in_and_not_in_need_a_list() {
    assert!(matches(json!({"a": null}), "a", "in", json!([1, null])));
    assert!(!matches(json!({}), "a", "in", json!([null])));
    assert!(matches(json!({}), "a", "notIn", json!([null])));
    assert!(!matches(json!({"a": "x"}), "a", "notIn", json!("y")));
    assert!(!matches(json!({"a": [1]}), "a", "in", json!([[1]])));
}

#[test]
fn contains_gt_and_lt_need_matching_types() {
    assert!(matches(json!({"a": "abc"}), "a", "contains", json!("")));
    assert!(!matches(json!({"a": ["abc"]}), "a", "contains", json!("abc")));
    assert!(matches(json!({"a": 2}), "a", "gt", json!(1.5)));
    assert!(!matches(json!({"a": "2"}), "a", "gt", json!(1)));
    assert!(matches(json!({"a": -1}), "a", "lt", json!(0)));
    assert!(!matches(json!({"a": 0}), "a", "lt", json!(-0.0)));
    assert!(!matches(json!({"a": 1}), "a", "gte", json!(1)));
}

#[test]
fn attributes_are_found_by_whole_name_then_by_path() {
    let context =
        json!({"a": {"b": {"": 1}, "list": [[5]]}, "a.b": null, "text": "abc", "": 7, "list": {"length": 9}});
    let found = |name: &str, value: Value| matches(context.clone(), name, "eq", value);
    assert!(found("a.b", json!(null)), "the whole name takes precedence");
    assert!(found("a.b.", json!(1)), "an empty segment is a key");
    assert!(found("", json!(7)));
    assert!(found("a.list.0.0", json!(5)));
    assert!(found("a.list.length", json!(1)));
    assert!(found("list.length", json!(9)), "an object's own key");
    for missing in [
        "text.length",
        "a.list.00",
        "a.list.+0",
        "a.list.1",
        "a.list.length.x",
        "constructor",
        "a.b.c",
        "a.list.-0",
    ] {
        assert!(matches(context.clone(), missing, "eq", None), "{missing} should be missing");
    }
}

#[test]
fn the_last_of_repeated_keys_counts() {
    let context = Context::from_json(r#"{"a": 1, "a": 2}"#).unwrap();
    assert_eq!(context.get("a"), Scalar::Number(2.0));
    let many: String = (0..40).map(|number| format!("\"k{}\": {number},", number % 20)).collect();
    let many = format!("{{{many} \"a\": {{\"b\": 1, \"b\": 2}}, \"last\": 1}}");
    let context = Context::from_json(&many).unwrap();
    assert_eq!(context.get("k7"), Scalar::Number(27.0), "among many members");
    assert_eq!(context.get("a.b"), Scalar::Number(2.0), "within nested objects");
}

#[test]
fn lone_surrogates_are_read_as_the_replacement_character() {
    let context = Context::from_json(r#"{"a": "x\ud800", "\udc00": [{"b": "\ude00\ud83d\ude00"}]}"#).unwrap();
    assert_eq!(context.get("a"), Scalar::String("x\u{fffd}"));
    assert_eq!(context.get("\u{fffd}.0.b"), Scalar::String("\u{fffd}\u{1f600}"));
    let oracle = oracle::Context::from_json(r#"{"a": "\ud800"}"#).unwrap();
    assert_eq!(
        oracle.attribute("a").and_then(|found| found.as_str().map(str::to_owned)).as_deref(),
        Some("\u{fffd}")
    );
}

#[test]
fn overflowing_numbers_are_rejected() {
    for bad in [
        "{\"a\": 1e999}",
        "{\"a\": \"\\ud800\", \"b\": 1e999}",
        "[]",
        "\"x\"",
        "null",
        "",
        &"[".repeat(10_000),
    ] {
        assert!(Context::from_json(bad).is_err(), "{bad:.20}");
    }
}

#[test]
fn no_key_of_a_context_has_a_special_meaning() {
    for text in
        [r#"{"$serde_json::private::RawValue": "[]"}"#, r#"{"a": {"$serde_json::private::RawValue": 1}}"#]
    {
        let context = Context::from_json(text).unwrap();
        assert_eq!(context.get("plan"), Scalar::Missing);
        let inner = context.get("a.$serde_json::private::RawValue");
        assert_eq!(inner != Scalar::Missing, text.contains("\"a\""));
    }
}

fn experiment(json: Value) -> Experiment {
    serde_json::from_str(&json.to_string()).unwrap()
}

#[test]
fn the_first_allocation_that_contains_the_bucket_decides() {
    // user-1 under salt-1 is in bucket 2865.
    let experiment = experiment(json!({
        "id": "e", "key": "k", "salt": "salt-1", "audienceRules": null,
        "variants": [{"id": "a", "key": "a"}, {"id": "b", "key": "b"}],
        "allocations": [
            {"variantId": "a", "rangeStart": 0, "rangeEnd": 2864},
            {"variantId": "b", "rangeStart": 2865, "rangeEnd": 2865},
            {"variantId": "a", "rangeStart": 2865, "rangeEnd": 9999}],
    }));
    let decision =
        evaluate(&experiment, &Request::new(UserKey::new("user-1").unwrap(), &oracle::Context::default(), 0));
    assert_eq!(
        (decision.variant, decision.step, decision.reason()),
        (Some(1), Step::Allocation, Reason::Split)
    );
}

#[test]
fn an_allocation_to_a_missing_variant_assigns_nothing() {
    let experiment = experiment(json!({
        "id": "e", "key": "k", "salt": "salt-1", "variants": [{"id": "b", "key": "b"}],
        "allocations": [
            {"variantId": "gone", "rangeStart": 0, "rangeEnd": 9999},
            {"variantId": "b", "rangeStart": 0, "rangeEnd": 9999}],
    }));
    let decision =
        evaluate(&experiment, &Request::new(UserKey::new("user-1").unwrap(), &oracle::Context::default(), 0));
    assert_eq!((decision.variant, decision.reason()), (None, Reason::Default));
}

#[test]
fn experiments_without_rules_match_everyone_whatever_their_salts() {
    for count in 0..20_usize {
        let experiments: Vec<Value> = (0..count)
            .map(|number| {
                // Some lengths occur once, some often, and not in the order of the experiments.
                let salt = "salt".repeat(3)[..(count + 19 - number) % 7].to_owned();
                json!({
                    "id": number.to_string(), "key": "k", "salt": salt,
                    "variants": [{"id": "a", "key": "a"}, {"id": "b", "key": "b"}, {"id": "c", "key": "c"}],
                    "allocations": [
                        {"variantId": "a", "rangeStart": 0, "rangeEnd": 3999},
                        {"variantId": "b", "rangeStart": 4000, "rangeEnd": 7999},
                        {"variantId": "c", "rangeStart": 8000, "rangeEnd": 8999 + 500 * (number % 3)}],
                })
            })
            .collect();
        let compiled = Compiled::from_json(
            &json!({"version": 1, "environment": "e", "publishedAt": "", "experiments": experiments}),
        );
        for user in ["u", "us", "use", "user", "user-1", "user-12", "\u{65e5}\u{672c}"] {
            compiled.decide(user, &json!({"plan": "pro"}));
        }
    }
}

#[test]
fn the_step_names_the_rules_that_excluded_a_user() {
    let never = json!([{"conditions": [{"attribute": "a", "operator": "nonsense"}]}]);
    let step = |audience: &Value, targeting: &Value| {
        let experiment = experiment(json!({
            "id": "e", "key": "k", "salt": "s", "audienceRules": audience, "targetingRules": targeting,
            "variants": [], "allocations": [],
        }));
        evaluate(&experiment, &Request::new(UserKey::new("u").unwrap(), &oracle::Context::default(), 0)).step
    };
    assert_eq!(step(&never, &never), Step::Audience);
    assert_eq!(step(&json!([{"conditions": []}]), &never), Step::Targeting);
    assert_eq!(step(&json!([]), &json!([])), Step::Allocation);
}

#[test]
fn a_snapshot_that_needs_an_unknown_capability_is_rejected_with_its_name() {
    let json = json!({"version": 1, "environment": "e", "publishedAt": "", "experiments": [],
        "extended": {"requires": ["time-travel/1"], "experiments": []}});
    let error = Snapshot::from_json(json.to_string().as_bytes()).unwrap_err();
    assert!(
        matches!(&error, SnapshotError::Unsupported(capability) if capability == "time-travel/1"),
        "{error}"
    );
}

/// The hash of values is public, so anybody can choose values whose hashes collide. Publishing such a list must not fail.
#[test]
fn a_list_of_colliding_values_is_compiled_and_decides() {
    // With another attribute before, the attribute has number 1.
    for others in [vec![], vec!["\u{0}"]] {
        let values = colliding_values(others.len(), 3000);
        let other = |name: &&str| json!({"conditions": [{"attribute": name, "operator": "eq", "value": 1}]});
        let mut rules: Vec<Value> = others.iter().map(other).collect();
        rules.push(json!({"conditions": [{"attribute": "plan", "operator": "in", "value": values}]}));
        let compiled = Compiled::from_json(&json!({
            "version": 1, "environment": "e", "publishedAt": "", "experiments": [{
                "id": "e", "key": "k", "salt": "s", "targetingRules": rules,
                "variants": [{"id": "v", "key": "v"}],
                "allocations": [{"variantId": "v", "rangeStart": 0, "rangeEnd": 9999}],
            }],
        }));
        let attributes = compiled.ruleset.attributes().count();
        assert_eq!(attributes, others.len() + 2, "the values collide, so an attribute is added");
        for value in values.iter().step_by(100) {
            assert_eq!(compiled.decide("user", &json!({"plan": value})).len(), 1, "{value}");
        }
        assert!(compiled.decide("user", &json!({"plan": "other"})).is_empty());
        assert_eq!(compiled.decide("user", &json!({"\u{0}": 1})).len(), others.len());
    }
}

/// Returns strings of eight ASCII characters that have the same hash in the table of values, for the attribute with this number.
fn colliding_values(attribute: usize, count: usize) -> Vec<String> {
    const FACTOR: u32 = 0x9e37_79b1;
    let mix = |hash: u32, word: u32| {
        let hash = (hash ^ word).wrapping_mul(FACTOR);
        hash ^ hash >> 15
    };
    let after_tag = mix(0, u32::try_from(attribute << 2).unwrap());
    let first = |number: u32| {
        let digit = |shift: u32| u32::from(b'A') + (number >> shift) % 32;
        digit(0) | digit(5) << 8 | digit(10) << 16 | digit(15) << 24
    };
    // Two first words whose states differ by a word of ASCII characters are completed to the same state.
    let target = mix(after_tag, first(0)) ^ u32::from_le_bytes(*b"same");
    let values = (0..1 << 20).filter_map(|number| {
        let second = mix(after_tag, first(number)) ^ target;
        let bytes = [first(number).to_le_bytes(), second.to_le_bytes()].concat();
        let text = String::from_utf8(bytes).ok()?;
        text.bytes().all(|byte| byte.is_ascii_graphic()).then_some(text)
    });
    let values: Vec<String> = values.take(count).collect();
    assert_eq!(values.len(), count);
    values
}
