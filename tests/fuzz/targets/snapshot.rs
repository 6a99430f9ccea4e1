//! Any text is refused, or compiles to a ruleset that loads and decides as the oracle does.
#![no_main]

use edgewise_engine::{Buffer, Context, Lanes, Ruleset, Snapshot, UserKey, compile, oracle};
use libfuzzer_sys::fuzz_target;

const CONTEXTS: [&str; 3] = [
    "{}",
    r#"{"country":"US","plan":"pro","age":34,"deviceType":"mobile"}"#,
    r#"{"country":["US"],"plan":null,"age":-0.0,"a":{"b":[1,"x"]},"a.b":true,"b":1e300}"#,
];

fuzz_target!(|json: &[u8]| {
    let Ok(snapshot) = Snapshot::from_json(json) else { return };
    let ruleset = Ruleset::load(compile(&snapshot, 0).unwrap()).unwrap();
    let mut buffers = [Lanes::SCALAR, Lanes::fastest()].map(Buffer::with_lanes);
    let mut expected = Vec::new();
    for (text, key) in CONTEXTS.iter().zip(["u", "user-1", "日本"]) {
        let key = UserKey::new(key).unwrap();
        oracle::decide(&snapshot, key, &oracle::Context::from_json(text).unwrap(), &mut expected);
        let context = Context::from_json(text).unwrap();
        for buffer in &mut buffers {
            assert_eq!(ruleset.decide(key, &context, buffer), expected);
        }
    }
});
