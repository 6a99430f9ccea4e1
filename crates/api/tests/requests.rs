//! A client writes requests as the server reads them.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use edgewise_api::{
    ApiError,
    resources::{
        AllocationsPut, AudienceCreate, AudiencePatch, EnvironmentCreate, ExperimentCreate, ExperimentPatch,
        StatusPatch, VariantCreate, VariantPatch, VariantsPatch,
    },
};
use serde::Serialize;

/// Reads a request and writes it again.
fn written<T: Serialize>(read: impl Fn(&[u8]) -> Result<T, ApiError>, body: &str) -> String {
    serde_json::to_string(&read(body.as_bytes()).unwrap()).unwrap()
}

#[test]
fn a_request_is_written_as_it_was_read() {
    for body in [
        r#"{"key":"k","name":"N","environmentId":"e","status":"DRAFT"}"#,
        r#"{"key":"k","name":"\"N\"","description":"50 %\n","environmentId":"e","audienceId":"a","targetingRules":[],"variants":[{"key":"a","name":"A"}],"allocations":[{"variant":"a","rangeStart":0,"rangeEnd":4999}],"status":"RUNNING"}"#,
    ] {
        assert_eq!(written(ExperimentCreate::from_body, body), body);
    }
    for body in [
        "{}",
        r#"{"name":"N","description":""}"#,
        r#"{"audienceId":null,"targetingRules":[{"conditions":[]}]}"#,
        r#"{"audienceId":"a"}"#,
    ] {
        assert_eq!(written(ExperimentPatch::from_body, body), body);
    }
    for body in [
        r#"{"create":[],"update":[],"delete":[]}"#,
        r#"{"create":[{"key":"a","name":"A","payload":{}}],"update":[{"id":"1","name":"B"},{"id":"2","payload":null}],"delete":["3"]}"#,
    ] {
        assert_eq!(written(VariantsPatch::from_body, body), body);
    }
    for body in ["{}", r#"{"payload":null}"#, r#"{"name":"N","payload":{}}"#] {
        assert_eq!(written(VariantPatch::from_body, body), body);
    }
    let body = r#"{"key":"a","name":"A"}"#;
    assert_eq!(written(VariantCreate::from_body, body), body);
    let body = r#"{"status":"PAUSED"}"#;
    assert_eq!(written(StatusPatch::from_body, body), body);
    let body = r#"{"allocations":[{"variantId":"v","rangeStart":0,"rangeEnd":9999}]}"#;
    assert_eq!(written(AllocationsPut::from_body, body), body);
    let body = r#"{"name":"N","environmentId":"e","rules":[]}"#;
    assert_eq!(written(AudienceCreate::from_body, body), body);
    for body in ["{}", r#"{"name":"N"}"#, r#"{"rules":[]}"#] {
        assert_eq!(written(AudiencePatch::from_body, body), body);
    }
    let body = r#"{"name":"prod"}"#;
    assert_eq!(written(EnvironmentCreate::from_body, body), body);
}

#[test]
fn json_that_people_typed_is_written_byte_for_byte() {
    let typed = r#"{"z":1.0,"a":[0.10,1e2,123456789012345678901234567890,-0.0],"m":{"é":"\u00e9\/"}}"#;
    let body =
        format!(r#"{{"create":[{{"key":"a","name":"A","payload":{typed}}}],"update":[],"delete":[]}}"#);
    assert_eq!(written(VariantsPatch::from_body, &body), body);
    let body = format!(
        r#"{{"rules":[{{"conditions":[{{"attribute":"a","operator":"eq","value":{typed}}},{{"attribute":"a","operator":"eq"}},{{"attribute":"a","operator":"eq","value":null}}]}}]}}"#
    );
    assert_eq!(written(AudiencePatch::from_body, &body), body);
}
