//! The decide request and response.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use edgewise_api::{
    ApiError, Limits,
    decide::{DecideRequest, respond},
    query::Query,
};
use edgewise_engine::{Buffer, Ruleset};
use serde_json::{Value, json};

const LIMITS: Limits = Limits::DEFAULT;

/// Returns the response to a query.
fn get(query: &str, ruleset: Option<&Ruleset>) -> Result<String, ApiError> {
    let query = Query::parse(query);
    let body = respond(&DecideRequest::from_query(&query, &LIMITS)?, ruleset, 0, &mut Buffer::new())?;
    Ok(String::from_utf8(body).unwrap())
}

/// Returns the response to a body.
fn post(body: &Value, ruleset: Option<&Ruleset>) -> Result<String, ApiError> {
    let body = body.to_string();
    let body = respond(&DecideRequest::from_body(body.as_bytes(), &LIMITS)?, ruleset, 0, &mut Buffer::new())?;
    Ok(String::from_utf8(body).unwrap())
}

fn problem(result: Result<String, ApiError>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.status(), 400, "{error}");
    error.message
}

fn ruleset() -> Ruleset {
    let variant = |id: &str, payload: &str| format!(r#"{{"id":"{id}","key":"k-{id}"{payload}}}"#);
    let experiment = |number: usize, variant: String| {
        format!(
            r#"{{"id":"e{number}","key":"quote \" {number}","salt":"s","audienceRules":[],"targetingRules":[],
            "variants":[{variant}],"allocations":[{{"variantId":"v{number}","rangeStart":0,"rangeEnd":9999}}]}}"#
        )
    };
    let experiments = [
        experiment(0, variant("v0", r#","payload":{"a":1.0,"b":12345678901234567890123}"#)),
        experiment(1, variant("v1", r#","payload":null"#)),
        experiment(2, variant("v2", "")),
        experiment(3, variant("other", "")),
    ];
    let json = format!(
        r#"{{"version":7,"environment":"prod","publishedAt":"","experiments":[{}]}}"#,
        experiments.join(",")
    );
    Ruleset::from_json(json.as_bytes()).unwrap()
}

#[test]
fn a_response_contains_payloads_as_published() {
    let body = get("user_key=a%22b&env=prod", Some(&ruleset())).unwrap();
    let assignment = |number: usize, payload: &str| {
        format!(
            r#"{{"experiment_key":"quote \" {number}","experiment_id":"e{number}","variant_key":"k-v{number}","variant_id":"v{number}"{payload}}}"#
        )
    };
    let expected = format!(
        r#"{{"user_key":"a\"b","environment":"prod","config_version":7,"assignments":[{},{},{}]}}"#,
        assignment(0, r#","payload":{"a":1.0,"b":12345678901234567890123}"#),
        assignment(1, r#","payload":null"#),
        assignment(2, ""),
    );
    assert_eq!(body, expected);
}

#[test]
fn without_a_ruleset_the_response_is_503() {
    let error = get("user_key=u&env=prod", None).unwrap_err();
    assert_eq!(
        (error.status(), error.message.as_str()),
        (503, "No config available for environment \"prod\"")
    );
}

#[test]
fn a_body_and_a_query_are_equivalent() {
    let body = json!({"user_key": "u", "env": "prod", "context": {"a": 1}});
    let from_query = get("user_key=u&env=prod&context=%7B%22a%22:1%7D", Some(&ruleset()));
    assert_eq!(post(&body, Some(&ruleset())), from_query);
    assert!(from_query.is_ok());
}

#[test]
fn errors_of_bad_requests_name_the_parameter() {
    let ruleset = ruleset();
    for (query, expected) in [
        ("env=prod", "`user_key` is required"),
        ("user_key=&env=prod", "`user_key` must not be empty"),
        ("user_key=u", "`env` is required"),
        ("user_key=u&env=", "`env` must not be empty"),
        ("user_key=u&env=..%2Fx", "`env` must be 1 to 63 letters"),
        ("user_key=u&user_key=v&env=prod", "`user_key` is given more than once"),
        ("user_key=u&env=prod&env=prod", "`env` is given more than once"),
        ("user_key=u&env=prod&context=%7B%7D&context=%7B%7D", "`context` is given more than once"),
        ("user_key=u&env=prod&context=x", "`context` is not valid JSON"),
        ("user_key=u&env=prod&context=[]", "`context` must be a JSON object"),
        ("user_key=u&env=prod&context=null", "`context` must be a JSON object"),
        ("user_key=u&env=prod&context={\"a\":1e999}", "`context` is not valid JSON"),
    ] {
        let problem = problem(get(query, Some(&ruleset)));
        assert!(problem.starts_with(expected), "{query}: {problem}");
    }
    for (body, expected) in [
        (json!({"env": "prod"}), "`user_key` is required"),
        (json!({"user_key": 7, "env": "prod"}), "`user_key` must be a string"),
        (json!({"user_key": "u", "env": "prod", "context": "{}"}), "`context` must be a JSON object"),
        (json!({"user_key": "u", "env": "prod", "context": null}), "`context` must be a JSON object"),
        (json!([]), "the body must be a JSON object"),
    ] {
        let problem = problem(post(&body, Some(&ruleset)));
        assert!(problem.starts_with(expected), "{body}: {problem}");
    }
}

#[test]
fn a_user_key_that_is_not_utf_8_stays_as_it_was_written() {
    let decided = get("user_key=Ren%E9&env=prod", Some(&ruleset())).unwrap();
    assert!(decided.starts_with(r#"{"user_key":"Ren%E9","#), "{decided}");
}

/// The experiment is for the users whose attribute `name` is U+FFFD.
#[test]
fn a_lone_surrogate_in_a_context_is_the_replacement_character() {
    let json = json!({"version": 1, "environment": "prod", "publishedAt": "", "experiments": [{
        "id": "e", "key": "k", "salt": "s", "variants": [{"id": "v", "key": "v"}],
        "targetingRules": [{"conditions": [{"attribute": "name", "operator": "eq", "value": "\u{fffd}"}]}],
        "allocations": [{"variantId": "v", "rangeStart": 0, "rangeEnd": 9999}],
    }]});
    let ruleset = Ruleset::from_json(json.to_string().as_bytes()).unwrap();
    for (name, matches) in
        [(r"\ud800", true), (r"\udc00", true), (r"\ud83d\ude00", false), (r"\ud800x", false)]
    {
        let context = format!(r#"{{"name":"{name}"}}"#);
        let by_query = get(&format!("user_key=u&env=prod&context={context}"), Some(&ruleset)).unwrap();
        let body = format!(r#"{{"user_key":"u","env":"prod","context":{context}}}"#);
        let request = DecideRequest::from_body(body.as_bytes(), &LIMITS).unwrap();
        let by_body = respond(&request, Some(&ruleset), 0, &mut Buffer::new()).unwrap();
        assert_eq!(by_query.as_bytes(), by_body);
        assert_eq!(by_query.contains("variant_key"), matches, "{name}: {by_query}");
    }
    let key = DecideRequest::from_body(br#"{"user_key":"\ud800","env":"prod"}"#, &LIMITS).unwrap_err();
    assert_eq!(key.message, "`user_key` must be a string");
}

#[test]
fn an_empty_context_has_no_attributes() {
    assert!(get("user_key=u&env=prod&context=", Some(&ruleset())).is_ok());
    assert!(get("user_key=u&env=prod&context=&unknown=1&unknown=2", Some(&ruleset())).is_ok());
}

#[test]
fn keys_and_contexts_are_limited() {
    let ruleset = ruleset();
    let get = |query: &str| get(query, Some(&ruleset));
    let query =
        |key: usize, context: &str| format!("user_key={}&env=prod&context={context}", "k".repeat(key));
    assert!(get(&query(1024, "")).is_ok());
    assert_eq!(problem(get(&query(1025, ""))), "`user_key` must be at most 1024 bytes long");
    let nested =
        |levels: usize| format!("{{\"[\\\"{{\":{}1{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    assert!(get(&query(1, &nested(32))).is_ok(), "brackets in strings do not count");
    assert_eq!(problem(get(&query(1, &nested(33)))), "`context` must nest at most 32 levels deep");
    assert_eq!(problem(get(&query(1, &nested(10_000)))), "`context` must nest at most 32 levels deep");
    let large = json!({"a": "x".repeat(65_536)}).to_string();
    assert_eq!(problem(get(&query(1, &large))), "`context` must be at most 65536 bytes long");
    let body =
        json!({"user_key": "u", "env": "prod", "context": serde_json::from_str::<Value>(&large).unwrap()});
    assert!(post(&body, Some(&ruleset)).is_err());
}
