//! Any text either is refused, or compiles to a ruleset that loads and decides like the reference evaluator.
#![no_main]

mod users;

use edgewise_engine::{Buffer, Context, EntityId, Lanes, Request, Ruleset, Snapshot, compile, oracle};
use libfuzzer_sys::fuzz_target;
use users::users;

fuzz_target!(|json: &[u8]| {
    let Ok(snapshot) = Snapshot::from_json(json) else { return };
    let ruleset = Ruleset::load(compile(&snapshot, 0).unwrap()).unwrap();
    let mut buffers = [Lanes::SCALAR, Lanes::fastest()].map(Buffer::with_lanes);
    let mut expected = Vec::new();
    for (key, text) in users() {
        let oracle_context = oracle::Context::from_json(text).unwrap();
        let oracle_request = Request::new(key, &oracle_context, 0);
        oracle::decide(&snapshot, &oracle_request, &mut expected);
        let context = Context::from_json(text).unwrap();
        let request = Request::new(key, &context, 0);
        for buffer in &mut buffers {
            assert_eq!(ruleset.decide(&request, buffer), expected);
        }
        for (entity, experiment) in (0..).map(EntityId::new).zip(&snapshot.experiments) {
            let explanation = ruleset.explain(entity, &request).unwrap();
            assert_eq!(explanation, oracle::explain(experiment, &oracle_request));
        }
    }
});
