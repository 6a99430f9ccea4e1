//! The rulesets that tests change.

use std::{
    fs,
    path::{Path, PathBuf},
};

use edgewise_engine::Ruleset;
use serde_json::{Value, json};

use crate::{
    edited::Edited,
    layout::{self, Section},
};

/// A ruleset that tests change.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Seed {
    /// No experiments.
    Empty,
    /// Slots of two salt lengths in three blocks, and conditions of all operators.
    Operators,
    /// A block, and loose slots with salts of many lengths.
    Salts,
    /// Every section has records.
    Full,
}

/// Returns the directory of recorded snapshots and rulesets, which are also the seeds of fuzzing.
pub(crate) fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fuzz/seeds")
}

impl Seed {
    pub(crate) fn ruleset(self) -> Edited {
        let recorded = |name| Edited(fs::read(directory().join("ruleset").join(name)).unwrap());
        match self {
            Self::Empty => recorded("empty.bin"),
            Self::Operators => recorded("operators.bin"),
            Self::Salts => recorded("salts.bin"),
            Self::Full => {
                let json = full_snapshot().to_string();
                Edited(Ruleset::from_json(json.as_bytes()).unwrap().as_bytes().to_vec())
            }
        }
    }
}

/// Returns a snapshot that compiles to records in every section.
fn full_snapshot() -> Value {
    let equals = |attribute: &str, value: &str| condition(attribute, "eq", json!(value));
    let one_of = |values: [&str; 2]| condition("country", "in", json!(values));
    let above = |number: u32| condition("age", "gt", json!(number));
    let rules = [
        // `country` has a value of two anchors, each of which has two gates.
        json!([one_of(["US", "CA"]), above(10)]),
        json!([one_of(["US", "CA"]), above(20)]),
        // A gate of two slots.
        json!([one_of(["US", "CA"]), above(20)]),
        json!([one_of(["US", "MX"]), above(10)]),
        json!([one_of(["US", "MX"]), above(20)]),
        // Another attribute with an anchor of two gates.
        json!([equals("plan", "pro"), above(10)]),
        json!([equals("plan", "pro"), above(20)]),
        // An anchor with one gate, which has one slot.
        json!([equals("device", "phone")]),
        json!([condition("plan", "contains", json!("r"))]),
        json!([
            condition("plan", "contains", json!("r")),
            condition("country", "notIn", json!(["US", "MX"]))
        ]),
        json!([]),
        json!([]),
        // A condition that decisions never evaluate, because it follows a condition that never holds.
        json!([condition("plan", "later", json!(1)), equals("country", "US")]),
    ];
    let experiments = rules.iter().enumerate().map(|(number, conditions)| {
        // Salts of one length are hashed together; a salt whose length no other salt has is hashed on its own.
        let salt = if number == 0 { "loose".to_owned() } else { format!("salt-{number:02}") };
        let variants =
            ["a", "b", "c"].map(|id| json!({"id": id, "key": id, "payload": {"text": "é".repeat(400)}}));
        json!({
            "id": format!("e{number}"), "key": format!("k{number}"), "salt": salt, "audienceRules": [],
            "targetingRules": [{"conditions": conditions}],
            "variants": variants,
            "allocations": [
                {"variantId": "a", "rangeStart": 0, "rangeEnd": 2999},
                {"variantId": "b", "rangeStart": 3000, "rangeEnd": 5999 + number % 2},
                {"variantId": "c", "rangeStart": 6000 + number % 2, "rangeEnd": 9999},
            ],
        })
    });
    json!({
        "version": 1, "environment": "prod", "publishedAt": "2026-01-01T00:00:00.000Z",
        "experiments": experiments.collect::<Vec<_>>(),
    })
}

fn condition(attribute: &str, operator: &str, value: Value) -> Value {
    json!({"attribute": attribute, "operator": operator, "value": value})
}

/// If the seed had an empty section, some mutations could not be made.
#[test]
fn the_full_ruleset_has_records_in_every_section() {
    let ruleset = Seed::Full.ruleset();
    for (number, name) in layout::NAMES.iter().enumerate() {
        assert!(ruleset.length(Section { number, words: 1 }) > 0, "{name} is empty");
    }
}
