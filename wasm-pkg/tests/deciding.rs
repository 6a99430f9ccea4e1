//! The WASM interface decides as the engine does.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use edgewise_engine::{Buffer, Context, Request, Ruleset, RulesetError, UserKey};
use edgewise_wasm::{
    attributes::{Record, kind},
    compiling::CompileState,
    deciding::DecideState,
};

const SNAPSHOT: &str = r#"{"version": 7, "environment": "prod", "publishedAt": "", "experiments": [{
    "id": "e", "key": "e", "salt": "s",
    "targetingRules": [{"conditions": [
        {"attribute": "plan", "operator": "in", "value": ["pro", 7, true, null]},
        {"attribute": "age", "operator": "gt", "value": 17.5}
    ]}],
    "variants": [{"id": "v", "key": "v"}], "allocations": [{"variantId": "v", "rangeStart": 0, "rangeEnd": 4999}]
}]}"#;

fn compiled() -> Vec<u8> {
    let mut compiling = CompileState::new();
    compiling.room(SNAPSHOT.len()).unwrap().copy_from_slice(SNAPSHOT.as_bytes());
    compiling.compile().unwrap()
}

fn load(deciding: &mut DecideState, bytes: &[u8]) -> Result<usize, RulesetError> {
    deciding.room(bytes.len()).unwrap().copy_from_slice(bytes);
    deciding.load()
}

#[test]
fn records_and_contexts_give_the_same_decisions() {
    let ruleset = Ruleset::load(compiled()).unwrap();
    let mut deciding = DecideState::new();
    let handle = load(&mut deciding, &compiled()).unwrap();
    let names: Vec<&str> = ruleset.attributes().collect();
    let number = |value: f64| Record { kind: kind::NUMBER, length: 0, bits: value.to_bits() };
    let plain = |kind| Record { kind, length: 0, bits: 0 };
    let pro = Record { kind: kind::STRING, length: 3, bits: 8 };
    for (json, plan) in [
        ("\"pro\"", pro),
        ("7", number(7.0)),
        ("true", plain(kind::TRUE)),
        ("false", plain(kind::FALSE)),
        ("null", plain(kind::NULL)),
        ("[]", plain(kind::COMPOSITE)),
    ] {
        for age in [17.0, 18.0] {
            let context = format!(r#"{{"plan": {json}, "age": {age}}}"#);
            let context = Context::from_json(&context).unwrap();
            for user in 0..100 {
                let key = format!("user-{user:03}");
                let mut buffer = Buffer::new();
                let expected =
                    ruleset.decide(&Request::new(UserKey::new(&key).unwrap(), &context, 0), &mut buffer);
                let (records, text) = deciding.input(names.len(), 11).unwrap();
                text[..11].copy_from_slice(format!("{key}pro").as_bytes());
                for (record, name) in records.iter_mut().zip(&names) {
                    *record = if *name == "plan" { plan } else { number(age) };
                }
                assert_eq!(deciding.decide(handle, 8, 0), expected, "{key} {json} {age}");
            }
        }
    }
}

#[test]
fn invalid_input_decides_nothing_and_does_no_harm() {
    let mut deciding = DecideState::new();
    let handle = load(&mut deciding, &compiled()).unwrap();
    let (records, text) = deciding.input(2, 8).unwrap();
    records.fill(Record { kind: kind::STRING, length: u32::MAX, bits: u64::MAX });
    text.fill(0xff);
    assert_eq!(deciding.decide(handle, 8, 0), [], "strings are out of bounds, and the key is not UTF-8");
    deciding.input(2, 8).unwrap().1.fill(b'u');
    assert_eq!(deciding.decide(handle, 8, 0), [], "strings are out of bounds");
    assert_eq!(deciding.decide(handle, 9, 0), [], "the key is longer than the text");
    assert_eq!(deciding.decide(handle, 0, 0), [], "there is no key");
    for other in [0, handle + 1, usize::MAX] {
        assert_eq!(deciding.decide(other, 8, 0), [], "no such ruleset");
        deciding.release(other);
    }
    assert_eq!(load(&mut deciding, b"no ruleset"), Err(RulesetError::Foreign));
    assert_eq!(deciding.load(), Err(RulesetError::Foreign), "nothing was written");
}

#[test]
fn handles_are_reused() {
    let mut deciding = DecideState::new();
    let handles: Vec<usize> = (0..3).map(|_| load(&mut deciding, &compiled()).unwrap()).collect();
    assert_eq!(handles, [1, 2, 3]);
    deciding.release(2);
    assert!(deciding.ruleset(2).is_none());
    assert_eq!(load(&mut deciding, &compiled()), Ok(2));
    assert_eq!(deciding.ruleset(2).unwrap().version(), 7);
}

#[test]
fn an_invalid_snapshot_is_reported() {
    let mut compiling = CompileState::new();
    compiling.room(1).unwrap().copy_from_slice(b"{");
    assert!(compiling.compile().unwrap_err().starts_with("not a snapshot: "));
}
