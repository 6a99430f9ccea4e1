//! Reading request bodies: accepted bodies, and the messages of errors.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use edgewise_api::{
    EnvironmentName, Limits,
    decide::DecideRequest,
    json::Fields,
    resources::{
        AllocationsPut, AudienceCreate, EnvironmentCreate, ExperimentCreate, ExperimentPatch, InitialStatus,
        StatusPatch, VariantCreate, VariantPatch, VariantsPatch,
    },
};
use proptest::prelude::*;

fn problem<T: std::fmt::Debug>(result: Result<T, edgewise_api::ApiError>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.status(), 400, "{error}");
    error.message
}

#[test]
fn the_whole_body_must_be_a_valid_json_object() {
    for (body, expected) in [
        ("", "the body is empty"),
        ("{", "not valid JSON"),
        ("[\"prod\"]", "must be a JSON object"),
        ("null", "must be a JSON object"),
        ("{\"name\": \"a\", \"other\": 1e999}", "number out of range"),
        ("{\"name\": \"a\", \"other\": \"\\ud800\"}", "hex escape"),
        (
            &format!("{{\"name\": \"a\", \"other\": {}{}}}", "[".repeat(10_000), "]".repeat(10_000)),
            "recursion limit",
        ),
        ("{\"name\": \"a\"} x", "trailing characters"),
    ] {
        let problem = problem(EnvironmentCreate::from_body(body.as_bytes()));
        assert!(problem.contains(expected), "{body:.40}: {problem}");
    }
    assert!(problem(EnvironmentCreate::from_body(b"{\"name\": \"\xff\"}")).contains("not UTF-8"));
}

#[test]
fn the_last_of_repeated_fields_counts_and_unknown_fields_are_ignored() {
    let request = EnvironmentCreate::from_body(br#"{"name": 1, "x": {"y": []}, "name": "prod"}"#).unwrap();
    assert_eq!(request.name.as_str(), "prod");
}

#[test]
fn no_field_name_has_a_special_meaning() {
    let body = br#"{"name": "prod", "x": {"$serde_json::private::RawValue": "zzz"}}"#;
    assert!(EnvironmentCreate::from_body(body).is_ok());
}

#[test]
fn errors_name_the_field_and_what_it_must_be() {
    for (body, expected) in [
        (r#"{"key":"k","environmentId":"e"}"#, "`name` is required"),
        (r#"{"key":"k","name":7,"environmentId":"e"}"#, "`name` must be a string"),
        (r#"{"key":"","name":"n","environmentId":"e"}"#, "`key` must not be empty"),
        (r#"{"key":"a/b","name":"n","environmentId":"e"}"#, "`key` must not contain `/`"),
        (r#"{"key":" a","name":"n","environmentId":"e"}"#, "`key` must not contain"),
        (r#"{"key":"a\u0007","name":"n","environmentId":"e"}"#, "`key` must not contain"),
        (r#"{"key":"a\u0000","name":"n","environmentId":"e"}"#, "`key` must not contain a NUL"),
        (r#"{"key":"k","name":"n","environmentId":"e","audienceId":null}"#, "`audienceId` must be a string"),
        (
            r#"{"key":"k","name":"n","environmentId":"e","targetingRules":null}"#,
            "`targetingRules` must be an array",
        ),
        (
            r#"{"key":"k","name":"n","environmentId":"e","targetingRules":[[]]}"#,
            "`targetingRules[0]` must be an object",
        ),
        (
            r#"{"key":"k","name":"n","environmentId":"e","targetingRules":[{"conditions":[{"attribute":"a"}]}]}"#,
            "`targetingRules[0].conditions[0].operator` is required",
        ),
        (
            r#"{"key":"k","name":"n","environmentId":"e","targetingRules":[{"conditions":[{"attribute":"a","operator":"eqx"}]}]}"#,
            "`targetingRules[0].conditions[0].operator` must be one of eq, neq, in, notIn, contains, gt, lt; it is `eqx`",
        ),
    ] {
        let problem = problem(ExperimentCreate::from_body(body.as_bytes()));
        assert!(problem.starts_with(expected), "{body}: {problem}");
    }
    let long = format!(r#"{{"key":"{}","name":"n","environmentId":"e"}}"#, "é".repeat(257));
    assert_eq!(
        problem(ExperimentCreate::from_body(long.as_bytes())),
        "`key` must be at most 256 characters long"
    );
}

#[test]
fn absent_and_null_differ() {
    let patch = ExperimentPatch::from_body(b"{}").unwrap();
    assert!(patch.audience_id.is_none() && !patch.changes_targeting());
    let patch = ExperimentPatch::from_body(br#"{"audienceId": null}"#).unwrap();
    assert!(patch.audience_id == Some(None) && patch.changes_targeting());
    assert!(ExperimentPatch::from_body(br#"{"description": null}"#).is_err());
    assert!(VariantPatch::from_body(b"{}").unwrap().payload.is_none());
    assert!(matches!(VariantPatch::from_body(br#"{"payload": null}"#).unwrap().payload, Some(None)));
    for payload in ["null", "[]", "1", "\"x\""] {
        let body = format!(r#"{{"key":"k","name":"n","payload":{payload}}}"#);
        assert_eq!(problem(VariantCreate::from_body(body.as_bytes())), "`payload` must be an object");
    }
}

#[test]
fn a_payload_keeps_its_text_except_for_white_space() {
    let body =
        r#"{"key":"k","name":"n","payload": { "z" : 1.0, "a" : [ 12345678901234567890123 , "a \" b\\" ] }}"#;
    let payload = VariantCreate::from_body(body.as_bytes()).unwrap().payload.unwrap();
    assert_eq!(payload.get(), r#"{"z":1.0,"a":[12345678901234567890123,"a \" b\\"]}"#);
}

#[test]
fn a_condition_may_have_no_value() {
    let body = r#"{"name":"n","environmentId":"e","rules":[{"conditions":[{"attribute":"a","operator":"eq"},
        {"attribute":"a","operator":"eq","value":null}]}]}"#;
    let rules = AudienceCreate::from_body(body.as_bytes()).unwrap().rules;
    assert_eq!(
        serde_json::to_string(&rules).unwrap(),
        r#"[{"conditions":[{"attribute":"a","operator":"eq"},{"attribute":"a","operator":"eq","value":null}]}]"#
    );
}

#[test]
fn lists_are_limited() {
    let values = |count: usize| {
        let values = vec!["1"; count].join(",");
        format!(
            r#"{{"name":"n","environmentId":"e","rules":[{{"conditions":[{{"attribute":"a","operator":"in","value":[{values}]}}]}}]}}"#
        )
    };
    assert!(AudienceCreate::from_body(values(100_000).as_bytes()).is_ok());
    assert!(problem(AudienceCreate::from_body(values(100_001).as_bytes())).contains("at most 100000"));
    let rules = vec![r#"{"conditions":[]}"#; 101].join(",");
    let body = format!(r#"{{"name":"n","environmentId":"e","rules":[{rules}]}}"#);
    assert_eq!(problem(AudienceCreate::from_body(body.as_bytes())), "`rules` must have at most 100 elements");
}

#[test]
fn a_condition_nests_no_deeper_than_a_snapshot_allows() {
    let nested = |levels: usize| {
        let value = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let body = format!(
            r#"{{"name":"n","environmentId":"e","rules":[{{"conditions":[{{"attribute":"a","operator":"eq","value":{value}}}]}}]}}"#
        );
        AudienceCreate::from_body(body.as_bytes())
    };
    assert!(nested(32).is_ok());
    assert_eq!(problem(nested(33)), "`rules[0].conditions[0].value` must nest at most 32 levels deep");
}

#[test]
fn allocations_must_not_overlap() {
    let put = |ranges: &[(&str, &str)]| {
        let ranges: Vec<_> = ranges
            .iter()
            .map(|(start, end)| format!(r#"{{"variantId":"v","rangeStart":{start},"rangeEnd":{end}}}"#))
            .collect();
        AllocationsPut::from_body(format!(r#"{{"allocations":[{}]}}"#, ranges.join(",")).as_bytes())
    };
    assert_eq!(
        put(&[("5000", "9999"), ("0", "4999")]).unwrap().allocations[0].range_start,
        5000,
        "order is kept"
    );
    assert_eq!(put(&[("0", "1e3")]).unwrap().allocations[0].range_end, 1000);
    assert!(put(&[]).unwrap().allocations.is_empty());
    assert_eq!(
        problem(put(&[("2", "1")])),
        "`allocations[0].rangeStart` must not be greater than `rangeEnd`"
    );
    assert_eq!(problem(put(&[("0", "10000")])), "`allocations[0].rangeEnd` must be between 0 and 9999");
    assert_eq!(problem(put(&[("-1", "1")])), "`allocations[0].rangeStart` must be between 0 and 9999");
    assert_eq!(problem(put(&[("0", "0.5")])), "`allocations[0].rangeEnd` must be an integer");
    assert_eq!(problem(put(&[("\"0\"", "1")])), "`allocations[0].rangeStart` must be an integer");
    assert_eq!(
        problem(put(&[("5", "9"), ("0", "1"), ("9", "9")])),
        "`allocations[0]` and `allocations[2]` overlap: each bucket can belong to one allocation only"
    );
}

/// Returns the body of a request for an experiment with these members besides the required ones.
fn experiment(members: &str) -> Vec<u8> {
    format!(r#"{{"key":"k","name":"n","environmentId":"e",{members}}}"#).into_bytes()
}

#[test]
fn an_experiment_is_read_with_its_variants_allocations_and_status() {
    let body = experiment(
        r#""variants":[{"key":"a","name":"A","payload":{"x":1.0}},{"key":"b","name":"B"}],
        "allocations":[{"variant":"b","rangeStart":5000,"rangeEnd":9999},{"variant":"a","rangeStart":0,"rangeEnd":4999}],
        "status":"RUNNING""#,
    );
    let request = ExperimentCreate::from_body(&body).unwrap();
    assert_eq!(request.status, InitialStatus::Running);
    let keys: Vec<_> = request.variants.iter().map(|variant| variant.key.as_str()).collect();
    assert_eq!(keys, ["a", "b"]);
    assert_eq!(request.variants[0].payload.as_ref().unwrap().get(), r#"{"x":1.0}"#);
    let ids = ["1".to_owned(), "2".to_owned()];
    let ranges = request.allocations_by_id(&ids).unwrap();
    let ranges: Vec<_> = ranges.iter().map(|range| (range.variant_id.as_str(), range.range_start)).collect();
    assert_eq!(ranges, [("2", 5000), ("1", 0)], "order is kept");

    let draft = ExperimentCreate::draft_from_body(&body).unwrap();
    assert!(draft.variants.is_empty() && draft.allocations.is_empty());
    assert_eq!(draft.status, InitialStatus::Draft);
    let alone = ExperimentCreate::from_body(&experiment(r#""status":"DRAFT","variants":[]"#)).unwrap();
    assert!(alone.variants.is_empty() && alone.allocations.is_empty());
    assert_eq!(alone.status, InitialStatus::Draft);
}

#[test]
fn a_problem_with_a_part_of_an_experiment_names_the_part() {
    let a = r#""variants":[{"key":"a","name":"A"}]"#;
    let ranges = |ranges: &str| format!("{a},\"allocations\":[{ranges}]");
    let range = |variant: &str, start: i64, end: i64| {
        format!(r#"{{"variant":"{variant}","rangeStart":{start},"rangeEnd":{end}}}"#)
    };
    for (members, status, expected) in [
        (r#""variants":null"#.to_owned(), 400, "`variants` must be an array"),
        (r#""variants":[{"key":"a"}]"#.to_owned(), 400, "`variants[0].name` is required"),
        (
            r#""variants":[{"key":"a","name":"A","payload":null}]"#.to_owned(),
            400,
            "`variants[0].payload` must be an object",
        ),
        (
            r#""variants":[{"key":"a","name":"A"},{"key":"b","name":"B"},{"key":"a","name":"C"}]"#.to_owned(),
            409,
            "`variants[2].key` must be unique: another variant has the key `a`",
        ),
        (r#""allocations":{}"#.to_owned(), 400, "`allocations` must be an array"),
        (
            format!("\"allocations\":[{}]", range("a", 0, 1)),
            400,
            "`allocations[0].variant` must be the key of a variant in `variants`",
        ),
        (
            ranges(&format!("{},{}", range("a", 0, 1), range("b", 2, 3))),
            400,
            "`allocations[1].variant` must be the key of a variant in `variants`",
        ),
        (
            ranges(r#"{"variantId":"a","rangeStart":0,"rangeEnd":1}"#),
            400,
            "`allocations[0].variant` is required",
        ),
        (ranges(&range("a", 0, 10_000)), 400, "`allocations[0].rangeEnd` must be between 0 and 9999"),
        (ranges(&range("a", 2, 1)), 400, "`allocations[0].rangeStart` must not be greater than `rangeEnd`"),
        (
            ranges(&format!("{},{}", range("a", 5, 9), range("a", 9, 9))),
            400,
            "`allocations[0]` and `allocations[1]` overlap: each bucket can belong to one allocation only",
        ),
        (r#""status":"running""#.to_owned(), 400, "`status` must be one of DRAFT, RUNNING, PAUSED, ARCHIVED"),
        (r#""status":null"#.to_owned(), 400, "`status` must be a string"),
        (
            r#""status":"PAUSED""#.to_owned(),
            422,
            "`status` must be DRAFT or RUNNING for a new experiment, not PAUSED: create the experiment first, then change its status",
        ),
    ] {
        let error = ExperimentCreate::from_body(&experiment(&members)).unwrap_err();
        assert_eq!((error.status(), error.message.as_str()), (status, expected), "{members}");
    }
    let many = |name: &str, element: &dyn Fn(usize) -> String| {
        let elements: Vec<_> = (0..101).map(element).collect();
        format!("\"{name}\":[{}]", elements.join(","))
    };
    let variants = many("variants", &|index| format!(r#"{{"key":"v{index}","name":"n"}}"#));
    assert_eq!(
        problem(ExperimentCreate::from_body(&experiment(&variants))),
        "`variants` must have at most 100 elements"
    );
    let allocations = many("allocations", &|_| range("a", 0, 1));
    assert_eq!(
        problem(ExperimentCreate::from_body(&experiment(&format!("{a},{allocations}")))),
        "`allocations` must have at most 100 elements"
    );
}

#[test]
fn statuses_and_bulk_changes_are_validated() {
    assert!(problem(StatusPatch::from_body(br#"{"status":"running"}"#)).contains("must be one of DRAFT"));
    let bulk = VariantsPatch::from_body(br#"{"delete":["a"],"update":[{"id":"b","payload":null}]}"#).unwrap();
    assert!(bulk.create.is_empty() && bulk.delete == ["a"] && matches!(bulk.update[0].payload, Some(None)));
    assert_eq!(problem(VariantsPatch::from_body(br#"{"update":[{}]}"#)), "`update[0].id` is required");
}

#[test]
fn variants_to_delete_are_named_by_objects_or_by_bare_ids_and_each_counts_once() {
    let delete = |list: &str| {
        VariantsPatch::from_body(format!(r#"{{"delete":{list}}}"#).as_bytes()).map(|patch| patch.delete)
    };
    assert_eq!(delete(r#"[{"id":"b"},"a"]"#).unwrap(), ["b", "a"]);
    assert_eq!(delete(r#"["a",{"id":"a","key":"k"},"b","a"]"#).unwrap(), ["a", "b"]);
    assert!(delete("[]").unwrap().is_empty());
    for (list, expected) in [
        (r#"["a",1]"#, "`delete[1]` must be an id, or an object with an `id`"),
        ("[null]", "`delete[0]` must be an id, or an object with an `id`"),
        (r#"[["a"]]"#, "`delete[0]` must be an id, or an object with an `id`"),
        ("[{}]", "`delete[0].id` is required"),
        (r#"[{"id":1}]"#, "`delete[0].id` must be a string"),
        (r#"["\u0000"]"#, "`delete[0]` must not contain a NUL character"),
        (r#"[{"id":"\u0000"}]"#, "`delete[0].id` must not contain a NUL character"),
        ("\"a\"", "`delete` must be an array"),
        ("null", "`delete` must be an array"),
    ] {
        assert_eq!(problem(delete(list)), expected, "{list}");
    }
    let many = format!("[{}]", vec!["\"a\""; 101].join(","));
    assert_eq!(problem(delete(&many)), "`delete` must have at most 100 elements");
}

#[test]
fn a_body_may_begin_with_one_byte_order_mark() {
    let marked = |marks: usize, body: &str| format!("{}{body}", "\u{feff}".repeat(marks)).into_bytes();
    let body = r#"{"name":"prod"}"#;
    assert_eq!(EnvironmentCreate::from_body(&marked(1, body)).unwrap().name.as_str(), "prod");
    assert!(problem(EnvironmentCreate::from_body(&marked(2, body))).contains("not valid JSON"));
    assert!(problem(EnvironmentCreate::from_body(&marked(1, ""))).contains("the body is empty"));
    let inside = EnvironmentCreate::from_body("{\u{feff}\"name\":\"prod\"}".as_bytes());
    assert!(problem(inside).contains("not valid JSON"));
    let decide = marked(1, r#"{"user_key":"\ufeffu","env":"prod","context":{"a":"b"}}"#);
    let request = DecideRequest::from_body(&decide, &Limits::DEFAULT).unwrap();
    assert_eq!(request.user_key(), "\u{feff}u", "a mark inside of a text stays");
}

#[test]
fn environment_names_are_path_safe() {
    let longest = "a".repeat(63);
    for good in ["p", "prod", "0", "eu-west.1_x", &longest] {
        assert_eq!(EnvironmentName::new(good).unwrap().as_str(), good);
    }
    let too_long = "a".repeat(64);
    for bad in ["", ".", "..", "../x", "%2e%2e", "a/b", "a b", "-a", "_a", "é", "a\0", "a\n", &too_long] {
        assert!(EnvironmentName::new(bad).is_err(), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn no_body_causes_a_panic(body in prop::collection::vec(any::<u8>(), 0..64), json in "[{}\\[\\]\",:a-z0-9\\\\]{0,64}") {
        for body in [body.as_slice(), json.as_bytes()] {
            if let Ok(fields) = Fields::from_body(body) {
                prop_assert!(!fields.is_null("absent"));
            }
        }
    }
}
