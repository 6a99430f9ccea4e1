//! The fields of errors, and what is sent of an error.

use edgewise_api::{
    ApiError, ErrorKind, FieldPath, Limits,
    decide::DecideRequest,
    field::FieldStep,
    json::Fields,
    page::PageRequest,
    query::Query,
    resources::{AllocationsPut, ExperimentCreate, VariantsPatch},
    search::Search,
};

fn name(name: &str) -> FieldStep {
    FieldStep::Name(name.to_owned())
}

#[test]
fn an_error_has_the_path_of_a_nested_field() {
    let body = r#"{"key":"k","name":"n","environmentId":"e","targetingRules":[{"conditions":[
        {"attribute":"a","operator":"eq"},{"attribute":"a","operator":"eqx"}]}]}"#;
    let field = ExperimentCreate::from_body(body.as_bytes()).unwrap_err().field.unwrap();
    let steps = [
        name("targetingRules"),
        FieldStep::Index(0),
        name("conditions"),
        FieldStep::Index(1),
        name("operator"),
    ];
    assert_eq!(field.steps(), steps);
    assert_eq!(field.to_string(), "targetingRules[0].conditions[1].operator");
    let error = VariantsPatch::from_body(br#"{"create":[{"key":"a","name":"A"},7]}"#).unwrap_err();
    assert_eq!(error.field, Some(FieldPath::of("create").at(1)));
}

#[test]
fn all_readers_name_the_field() {
    let query = Query::parse("a=1&a=2&page=0&pageSize=1");
    let fields = Fields::from_body(br#"{"n":"x"}"#).unwrap();
    let put = br#"{"allocations":[{"variantId":"v","rangeStart":0,"rangeEnd":5},{"variantId":"v","rangeStart":5,"rangeEnd":9}]}"#;
    let decide = Query::parse("user_key=u&env=prod&context=[]");
    for (error, field) in [
        (query.optional("a").unwrap_err(), FieldPath::of("a")),
        (query.required("b").unwrap_err(), FieldPath::of("b")),
        (PageRequest::from_query(&query).unwrap_err(), FieldPath::of("page")),
        (fields.integer("n").unwrap_err(), FieldPath::of("n")),
        (fields.optional_object("n").unwrap_err(), FieldPath::of("n")),
        (fields.optional_ids("n", 1).unwrap_err(), FieldPath::of("n")),
        (AllocationsPut::from_body(put).unwrap_err(), FieldPath::of("allocations").at(0)),
        (Search::parse(&"x ".repeat(9)).unwrap_err(), FieldPath::of("search")),
        (DecideRequest::from_query(&decide, &Limits::DEFAULT).unwrap_err(), FieldPath::of("context")),
    ] {
        assert_eq!(error.field, Some(field), "{error}");
        assert_eq!(error.kind, ErrorKind::Invalid);
    }
    for body in [&b""[..], b"[]", b"{", b"\xff"] {
        assert_eq!(Fields::from_body(body).unwrap_err().field, Some(FieldPath::default()), "{body:?}");
    }
}

#[test]
fn only_the_message_is_sent() {
    let field = FieldPath::of("variants").at(2).then("key");
    let error = ApiError::invalid_field(field, "must not be empty");
    assert_eq!(error.to_json(), br#"{"error":"`variants[2].key` must not be empty"}"#);
    assert_eq!(
        serde_json::to_string(&error.body()).unwrap(),
        r#"{"error":"`variants[2].key` must not be empty"}"#
    );
    assert_eq!((error.status(), error.predicate()), (400, Some("must not be empty")));
}

#[test]
fn a_name_with_a_separator_is_one_step() {
    let (dotted, nested) = (FieldPath::of("a.b[0]"), FieldPath::of("a").then("b").at(0));
    assert_eq!(dotted.to_string(), nested.to_string());
    assert!(dotted != nested && !dotted.is_within(&FieldPath::of("a")));
    assert!(nested.is_within(&FieldPath::of("a").then("b")) && nested.is_within(&FieldPath::default()));
    assert!(!FieldPath::of("a").is_within(&nested));
}

#[test]
fn an_error_moves_to_another_field_with_its_message() {
    let error = ApiError::invalid_field(FieldPath::of("create").at(1).then("key"), "of `create` is taken");
    let moved = error.map_field(|path| path.with_root("variants"));
    assert_eq!(moved.message, "`variants[1].key` of `create` is taken");
    assert_eq!(moved.field, Some(FieldPath::of("variants").at(1).then("key")));
    // A message that does not begin with the field stays as it is.
    let taken = ApiError::conflict("the key `create` is taken").on_field(FieldPath::of("create"));
    let moved = taken.map_field(|path| path.with_root("variants"));
    assert_eq!((moved.message.as_str(), moved.predicate()), ("the key `create` is taken", None));
    assert_eq!(moved.field, Some(FieldPath::of("variants")));
}
