#![allow(dead_code, reason = "not every test uses every item")]

use edgewise_engine::{
    Assignment, Buffer, Context, Lanes, Request, Ruleset, Snapshot, UserKey, compile, oracle,
    ruleset::snapshot_hash,
};
use serde_json::Value;

/// A snapshot and the ruleset compiled from the snapshot.
pub(crate) struct Compiled {
    pub(crate) snapshot: Snapshot,
    pub(crate) ruleset: Ruleset,
}

impl Compiled {
    pub(crate) fn from_json(json: &Value) -> Self {
        Self::new(Snapshot::from_json(json.to_string().as_bytes()).unwrap())
    }

    pub(crate) fn new(snapshot: Snapshot) -> Self {
        let bytes = compile(&snapshot, snapshot_hash(b"test")).unwrap();
        Self { snapshot, ruleset: Ruleset::load(bytes).unwrap() }
    }

    /// Decides for a user with the reference evaluator, and checks that the ruleset gives the same result with every
    /// method of hashing and both kinds of context.
    pub(crate) fn decide(&self, user: &str, context: &Value) -> Vec<Assignment> {
        let user = UserKey::new(user).unwrap();
        let mut expected = Vec::new();
        oracle::decide(
            &self.snapshot,
            &Request::new(user, &oracle::Context::from_value(context.clone()).unwrap(), 0),
            &mut expected,
        );

        let text = context.to_string();
        let parsed = Context::from_json(&text).unwrap();
        let object = context.as_object().unwrap();
        for lanes in [Lanes::SCALAR, Lanes::PORTABLE, Lanes::fastest()] {
            let mut buffer = Buffer::with_lanes(lanes);
            // Twice each: a decision must not depend on the decision before.
            for _ in 0..2 {
                assert_eq!(
                    self.ruleset.decide(&Request::new(user, &parsed, 0), &mut buffer),
                    expected,
                    "{lanes:?} {context}"
                );
                assert_eq!(
                    self.ruleset.decide(&Request::new(user, object, 0), &mut buffer),
                    expected,
                    "{lanes:?} {context}"
                );
            }
        }
        expected
    }

    /// Returns an assignment as a response contains the assignment.
    pub(crate) fn response(&self, assignment: Assignment) -> Value {
        let Assignment { entity, variant } = assignment;
        let fragments = self.ruleset.fragments();
        let text = [fragments.head(entity), fragments.tail(entity, variant)].concat();
        serde_json::from_slice(&text).unwrap()
    }
}
