//! Every way of deciding comes to what the oracle says. `cargo xtask parity` runs it with a million triples.

use std::env;

use edgewise_engine::{Buffer, Context, Lanes, Ruleset, Snapshot, UserKey, compile, oracle};
use edgewise_tests::triples::Random;
use serde_json::Value;

/// How many triples of snapshot, user and context are compared where nothing else is asked for.
const TRIPLES: usize = 20_000;
/// How many of them share a snapshot.
const SHARE: usize = 50;

#[test]
fn rulesets_decide_as_the_oracle_does_however_they_hash() {
    let triples = env::var("EDGEWISE_PARITY_TRIPLES").map_or(TRIPLES, |number| number.parse().unwrap());
    let seed = env::var("EDGEWISE_PARITY_SEED").map_or(1, |number| number.parse().unwrap());
    let mut random = Random::new(seed);
    // One buffer goes through all snapshots, as it does in a server.
    let mut buffers = [Lanes::SCALAR, Lanes::PORTABLE, Lanes::fastest()].map(Buffer::with_lanes);
    let mut expected = Vec::new();
    let (mut assigned, mut kept_out) = (0_u64, 0_u64);
    for done in 0..triples.div_ceil(SHARE) {
        let json = random.snapshot().to_string();
        let snapshot = Snapshot::from_json(json.as_bytes()).unwrap();
        let bytes = compile(&snapshot, 0).unwrap();
        let ruleset = Ruleset::load(bytes).unwrap_or_else(|error| panic!("{error}: {json}"));
        for _ in 0..SHARE {
            let (user, context) = (random.user(), random.context());
            let key = UserKey::new(&user).unwrap();
            let text = serde_json::to_string(&context).unwrap();
            let by_letter = oracle::Context::from_value(Value::Object(context.clone())).unwrap();
            oracle::decide(&snapshot, key, &by_letter, &mut expected);
            let parsed = Context::from_json(&text).unwrap();
            for buffer in &mut buffers {
                assert_eq!(ruleset.decide(key, &context, buffer), expected, "{user} {text}\n{json}");
                assert_eq!(ruleset.decide(key, &parsed, buffer), expected, "{user} {text}\n{json}");
            }
            assigned += expected.len() as u64;
            kept_out += snapshot.experiments.len() as u64 - expected.len() as u64;
        }
        if triples > TRIPLES && done % 1000 == 999 {
            println!("{} triples alike", (done + 1) * SHARE);
        }
    }
    println!("{triples} triples alike, with {assigned} assignments made and {kept_out} not made");
    assert!(assigned * 8 > kept_out && kept_out * 8 > assigned, "both must be usual: {assigned}, {kept_out}");
}
