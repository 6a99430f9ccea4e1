//! Any text either is refused, or compiles to a ruleset that loads and decides like the reference evaluator.
#![no_main]

mod users;

use edgewise_engine::{Request, Buffer, Context, Lanes, Ruleset, Snapshot, compile, oracle};
use libfuzzer_sys::fuzz_target;
use users::users;

fuzz_target!(|json: &[u8]| {
    let Ok(snapshot) = Snapshot::from_json(json) else { return };
    let ruleset = Ruleset::load(compile(&snapshot, 0).unwrap()).unwrap();
    let mut buffers = [Lanes::SCALAR, Lanes::fastest()].map(Buffer::with_lanes);
    let mut expected = Vec::new();
    for (key, text) in users() {
        oracle::decide(&snapshot, &Request::new(key, &oracle::Context::from_json(text).unwrap(), 0), &mut expected);
        let context = Context::from_json(text).unwrap();
        for buffer in &mut buffers {
            assert_eq!(ruleset.decide(&Request::new(key, &context, 0), buffer), expected);
        }
    }
});
