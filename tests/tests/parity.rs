//! All implementations of the decision agree with the reference evaluator. `cargo xtask parity` runs this test with a million
//! triples.

use std::{collections::BTreeMap, env};

use edgewise_engine::{
    Buffer, Context, EntityId, Lanes, Request, Ruleset, Snapshot, UserKey, compile, oracle,
};
use edgewise_tests::triples::Random;
use serde_json::Value;

/// The default number of triples of a snapshot, a user and a context.
const TRIPLES: usize = 20_000;
/// The number of explanations.
const EXPLANATIONS: usize = 100_000;
/// The number of explanations with the same snapshot.
const EXPLANATIONS_PER_SNAPSHOT: usize = 250;
/// The number of triples with the same snapshot.
const TRIPLES_PER_SNAPSHOT: usize = 50;

#[test]
fn rulesets_decide_as_the_reference_evaluator_with_every_hash_implementation() {
    let triples = env::var("EDGEWISE_PARITY_TRIPLES").map_or(TRIPLES, |number| number.parse().unwrap());
    let seed = env::var("EDGEWISE_PARITY_SEED").map_or(1, |number| number.parse().unwrap());
    let mut random = Random::new(seed);
    // All snapshots use the same buffers, as in a server.
    let mut buffers = [Lanes::SCALAR, Lanes::PORTABLE, Lanes::fastest()].map(Buffer::with_lanes);
    let mut expected = Vec::new();
    let (mut assigned, mut not_assigned) = (0_u64, 0_u64);
    for done in 0..triples.div_ceil(TRIPLES_PER_SNAPSHOT) {
        let json = random.snapshot().to_string();
        let snapshot = Snapshot::from_json(json.as_bytes()).unwrap();
        let bytes = compile(&snapshot, 0).unwrap();
        let ruleset = Ruleset::load(bytes).unwrap_or_else(|error| panic!("{error}: {json}"));
        for _ in 0..TRIPLES_PER_SNAPSHOT {
            let (user, context) = (random.user(), random.context());
            let key = UserKey::new(&user).unwrap();
            let text = serde_json::to_string(&context).unwrap();
            let oracle_context = oracle::Context::from_value(Value::Object(context.clone())).unwrap();
            oracle::decide(&snapshot, &Request::new(key, &oracle_context, 0), &mut expected);
            let parsed = Context::from_json(&text).unwrap();
            for buffer in &mut buffers {
                assert_eq!(
                    ruleset.decide(&Request::new(key, &context, 0), buffer),
                    expected,
                    "{user} {text}\n{json}"
                );
                assert_eq!(
                    ruleset.decide(&Request::new(key, &parsed, 0), buffer),
                    expected,
                    "{user} {text}\n{json}"
                );
            }
            assigned += expected.len() as u64;
            not_assigned += snapshot.experiments.len() as u64 - expected.len() as u64;
        }
        if triples > TRIPLES && done % 1000 == 999 {
            println!("{} triples agree", (done + 1) * TRIPLES_PER_SNAPSHOT);
        }
    }
    println!(
        "{triples} triples agree, with {assigned} assignments and {not_assigned} experiments without one"
    );
    let both_frequent = assigned * 8 > not_assigned && not_assigned * 8 > assigned;
    assert!(both_frequent, "both must be frequent: {assigned} assigned, {not_assigned} not assigned");
}

/// The reference evaluator records its steps, independently of the ruleset.
#[test]
fn explanations_agree_with_the_reference_evaluator_and_with_decisions() {
    let seed = env::var("EDGEWISE_PARITY_SEED").map_or(1, |number| number.parse().unwrap());
    let mut random = Random::new(seed);
    let mut buffer = Buffer::new();
    let (mut explained, mut by_step) = (0, BTreeMap::<_, u32>::new());
    while explained < EXPLANATIONS {
        let json = random.snapshot().to_string();
        let snapshot = Snapshot::from_json(json.as_bytes()).unwrap();
        if snapshot.experiments.is_empty() {
            continue;
        }
        let ruleset = Ruleset::load(compile(&snapshot, 0).unwrap()).unwrap();
        for _ in 0..EXPLANATIONS_PER_SNAPSHOT {
            let (user, context) = (random.user(), random.context());
            let key = if random.below(16) == 0 { None } else { Some(UserKey::new(&user).unwrap()) };
            let text = serde_json::to_string(&context).unwrap();
            let parsed = Context::from_json(&text).unwrap();
            let oracle_context = oracle::Context::from_value(Value::Object(context)).unwrap();
            let number = random.below(snapshot.experiments.len());
            let entity = EntityId::new(u32::try_from(number).unwrap());
            let experiment = &snapshot.experiments[number];

            let request = Request::new(key, &parsed, 0);
            let explanation = ruleset.explain(entity, &request).unwrap();
            let expected = oracle::explain(experiment, &Request::new(key, &oracle_context, 0));
            assert_eq!(explanation, expected, "{user} {text}\n{json}");
            let decided = ruleset.decide(&request, &mut buffer).iter().find(|hit| hit.entity == entity);
            assert_eq!(explanation.variant_id, decided.map(|hit| hit.variant), "{user} {text}\n{json}");
            assert_eq!(ruleset.experiment(&experiment.key), Some(entity), "{json}");
            *by_step
                .entry(format!("{:?} {}", explanation.step, explanation.variant_id.is_some()))
                .or_default() += 1;
            explained += 1;
        }
    }
    println!("{explained} explanations agree: {by_step:?}");
    let rare = by_step.values().any(|count| *count < 1000);
    assert!(by_step.len() == 5 && !rare, "each step must determine the result often: {by_step:?}");
}
