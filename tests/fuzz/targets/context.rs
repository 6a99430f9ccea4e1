//! Any text either is refused as a context, or has the same attributes as in the reference evaluator.
#![no_main]

use std::sync::LazyLock;

use edgewise_engine::{
    Buffer, Context, Request, Ruleset, Scalar, Snapshot, UserKey, compile,
    oracle::{self, Attribute},
};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

static OPERATORS: LazyLock<(Snapshot, Ruleset)> = LazyLock::new(|| {
    let snapshot = Snapshot::from_json(include_bytes!("../seeds/snapshot/operators.json")).unwrap();
    let ruleset = Ruleset::load(compile(&snapshot, 0).unwrap()).unwrap();
    (snapshot, ruleset)
});

fuzz_target!(|text: &str| {
    let (context, oracle_context) = match (Context::from_json(text), oracle::Context::from_json(text)) {
        (Ok(context), Ok(oracle_context)) => (context, oracle_context),
        (Err(_), Err(_)) => return,
        (context, oracle_context) => panic!("{context:?} {oracle_context:?}"),
    };
    for name in ["a", "a.b", "a.0", "a.length", "a.length.x", "", ".", "plan", "country", "a.b.0.length"] {
        assert_eq!(context.get(name), scalar(oracle_context.attribute(name)), "{name}");
    }
    let (snapshot, ruleset) = &*OPERATORS;
    let (user, mut expected) = (UserKey::new("user-1").unwrap(), Vec::new());
    oracle::decide(snapshot, &Request::new(user, &oracle_context, 0), &mut expected);
    assert_eq!(ruleset.decide(&Request::new(user, &context, 0), &mut Buffer::new()), expected);
});

fn scalar(attribute: Option<Attribute<'_>>) -> Scalar<'_> {
    match attribute {
        None => Scalar::Missing,
        Some(Attribute::Length(length)) => Scalar::Number(length as f64),
        Some(Attribute::Json(Value::Null)) => Scalar::Null,
        Some(Attribute::Json(Value::Bool(value))) => Scalar::Bool(*value),
        Some(Attribute::Json(Value::Number(number))) => Scalar::Number(number.as_f64().unwrap()),
        Some(Attribute::Json(Value::String(text))) => Scalar::String(text),
        Some(Attribute::Json(Value::Array(_) | Value::Object(_))) => Scalar::Composite,
    }
}
