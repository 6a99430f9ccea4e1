//! Properties that hold for every input.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod deciding;

use deciding::Compiled;
use edgewise_engine::{
    Assignment, Bucket, Context, EntityId, Request, Ruleset, Salt, Snapshot, UserKey, VariantId, compile,
    murmur3,
    operators::Operator,
    oracle,
    rules::{Condition, OperatorName, Rule},
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Generates JSON values that are shallow enough to be generated quickly, with keys that collide often.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        name().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(name(), inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Generates values that are often equal, less, greater, or part of each other.
fn few_values() -> impl Strategy<Value = Value> {
    let scalar = prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(-0.0),
        json!(1),
        json!(1.5),
        json!(""),
        json!("1"),
        json!("abc"),
        json!("b"),
    ]);
    prop_oneof![3 => scalar.clone(), 1 => prop::collection::vec(scalar, 0..4).prop_map(Value::from), 1 => Just(json!({"a": 1}))]
}

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "a",
        "b",
        "a.b",
        "",
        ".",
        "0",
        "01",
        "length",
        "a.0",
        "a.length",
        "b.length.0",
        "plan",
    ])
    .prop_map(str::to_owned)
}

fn operator() -> impl Strategy<Value = OperatorName> {
    let names = Operator::ALL.iter().map(|operator| operator.name()).chain(["eqx", ""]);
    prop::sample::select(names.collect::<Vec<_>>()).prop_map(|name| OperatorName::from(name.to_owned()))
}

fn condition() -> impl Strategy<Value = Condition> {
    (name(), operator(), prop::option::of(json_value())).prop_map(|(attribute, operator, value)| Condition {
        attribute,
        operator,
        value,
    })
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let rule = prop::collection::vec(condition(), 0..3).prop_map(|conditions| Rule { conditions });
    prop::collection::vec(rule, 0..3)
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    let allocation = (0..4usize, -5..10_010i64, -5..10_010i64);
    let experiment = (rules(), rules(), "[a-z]{0,3}", 0..4usize, prop::collection::vec(allocation, 0..4));
    prop::collection::vec(experiment, 0..6).prop_map(|experiments| {
        let experiments: Vec<Value> = experiments
            .into_iter()
            .enumerate()
            .map(|(number, (audience, targeting, salt, variants, allocations))| {
                json!({
                    "id": format!("e{number}"), "key": format!("k{number}"), "salt": salt,
                    "audienceRules": audience, "targetingRules": targeting,
                    "variants": (0..variants).map(|v| json!({"id": format!("v{v}"), "key": "k"})).collect::<Vec<_>>(),
                    "allocations": allocations.iter().map(|(variant, start, end)| json!({
                        "variantId": format!("v{variant}"), "rangeStart": start, "rangeEnd": end,
                    })).collect::<Vec<_>>(),
                })
            })
            .collect();
        let json = json!({"version": 1, "environment": "prod", "publishedAt": "", "experiments": experiments});
        Snapshot::from_json(json.to_string().as_bytes()).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn the_hash_equals_the_murmur3_crates(bytes in prop::collection::vec(any::<u8>(), 0..64), seed: u32) {
        let expected = murmur3::hash(&bytes);
        prop_assert_eq!(expected, ::murmur3::murmur3_32(&mut bytes.as_slice(), 0).unwrap());
        let seeded = murmur3::Murmur3::with_seed(seed).update(&bytes).finish();
        prop_assert_eq!(seeded, ::murmur3::murmur3_32(&mut bytes.as_slice(), seed).unwrap());
    }

    #[test]
    fn hashing_in_parts_equals_hashing_at_once(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 0..6)) {
        let in_parts = parts.iter().fold(murmur3::Murmur3::new(), |state, part| state.update(part));
        prop_assert_eq!(in_parts.finish(), murmur3::hash(&parts.concat()));
    }

    #[test]
    fn buckets_are_in_range(key in ".*", salt in ".*") {
        prop_assert!(Bucket::of(&key, &Salt::new(&salt)).get() < Bucket::COUNT);
        prop_assert_eq!(Bucket::new(Bucket::of(&key, &Salt::new(&salt)).get()), Some(Bucket::of(&key, &Salt::new(&salt))));
    }

    #[test]
    fn rulesets_decide_as_the_reference_evaluator(snapshot in snapshot(), user in ".{1,12}", context in json_value()) {
        let compiled = Compiled::new(snapshot);
        for context in [json!({"a": context, "plan": "pro"}), json!({"b": context}), json!({"a.b": context})] {
            let decided = compiled.decide(&user, &context);
            prop_assert!(decided.is_sorted_by(|left, right| left.entity < right.entity));
            for assignment in decided {
                compiled.response(assignment);
            }
        }
    }

    /// Each row of the table of operators, with and without a value, with values that are often equal.
    #[test]
    fn every_operator_is_compiled_as_the_reference_evaluator_evaluates(attribute in prop::option::of(few_values()), value in prop::option::of(few_values())) {
        let context = attribute.map_or_else(|| json!({}), |attribute| json!({ "a": attribute }));
        let conditions = Operator::ALL.iter().map(|operator| {
            let operator = OperatorName::from(*operator);
            Condition { attribute: "a".to_owned(), operator, value: value.clone() }
        });
        let experiments: Vec<Value> = conditions.map(|condition| json!({
            "id": condition.operator, "key": "k", "salt": "", "targetingRules": [{"conditions": [condition]}],
            "variants": [{"id": "v", "key": "v"}],
            "allocations": [{"variantId": "v", "rangeStart": 0, "rangeEnd": 9999}],
        })).collect();
        Compiled::from_json(&json!({"version": 1, "environment": "", "publishedAt": "", "experiments": experiments}))
            .decide("user", &context);
    }

    #[test]
    fn deciding_all_experiments_equals_deciding_each(snapshot in snapshot(), user in ".{1,12}", context in json_value()) {
        let context = json!({"a": context});
        let each: Vec<Assignment> = (0..).zip(&snapshot.experiments).filter_map(|(experiment, definition)| {
            let context = oracle::Context::from_value(context.clone()).unwrap();
            let request = Request::new(UserKey::new(&user).unwrap(), &context, 0);
            let decision = oracle::evaluate(definition, &request);
            Some(Assignment { entity: EntityId::new(experiment), variant: VariantId::new(decision.variant?) })
        }).collect();
        prop_assert_eq!(Compiled::new(snapshot).decide(&user, &context), each);
    }

    #[test]
    fn the_same_snapshot_compiles_to_the_same_bytes(snapshot in snapshot()) {
        prop_assert_eq!(compile(&snapshot, 1).unwrap(), compile(&snapshot.clone(), 1).unwrap());
    }

    #[test]
    fn a_damaged_ruleset_is_rejected(snapshot in snapshot(), at: prop::sample::Index, bit in 0..8u32, cut: prop::sample::Index) {
        let bytes = compile(&snapshot, 1).unwrap();
        let mut flipped = bytes.clone();
        flipped[at.index(bytes.len())] ^= 1 << bit;
        prop_assert!(Ruleset::load(flipped).is_err());
        prop_assert!(Ruleset::load(bytes[..cut.index(bytes.len())].to_vec()).is_err());
    }

    #[test]
    fn neq_negates_eq_and_not_in_negates_in(context in json_value(), attribute in name(), value in prop::option::of(json_value())) {
        let context = oracle::Context::from_value(json!({"a": context})).unwrap();
        let matches = |operator: Operator| Condition { attribute: attribute.clone(), operator: operator.into(), value: value.clone() }.matches(&context);
        prop_assert_ne!(matches(Operator::Eq), matches(Operator::Neq));
        let is_list = value.as_ref().is_some_and(Value::is_array);
        prop_assert_eq!(matches(Operator::In) || matches(Operator::NotIn), is_list);
        prop_assert!(!(matches(Operator::In) && matches(Operator::NotIn)));
    }

    #[test]
    fn json_of_any_shape_never_panics(value in json_value(), text in ".{0,64}") {
        for json in [value.to_string(), text] {
            if let Ok(context) = Context::from_json(&json) {
                for attribute in ["a", "a.0", "a.length.length", "..", "a.b.0.length"] {
                    let _found = context.get(attribute);
                }
            }
            prop_assert!(Snapshot::from_json(json.as_bytes()).is_err());
            prop_assert!(Ruleset::load(json.into_bytes()).is_err());
        }
    }

    #[test]
    fn a_snapshot_survives_a_round_trip(snapshot in snapshot()) {
        let json = serde_json::to_vec(&snapshot).unwrap();
        prop_assert_eq!(serde_json::to_vec(&Snapshot::from_json(&json).unwrap()).unwrap(), json);
    }
}
