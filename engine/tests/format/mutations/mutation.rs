//! Mutations, and the test of all mutations.

use edgewise_engine::RulesetError;

use super::{conditions, gates, sections, slots};
use crate::{edited::Edited, layout::header, seeds::Seed};

/// A change of a valid ruleset that loading must refuse.
pub(crate) struct Mutation {
    pub(crate) name: &'static str,
    pub(crate) seed: Seed,
    pub(crate) change: fn(&mut Edited),
    /// The text of the refusal.
    pub(crate) reason: &'static str,
}

/// Returns all mutations.
pub(crate) fn all() -> impl Iterator<Item = &'static Mutation> {
    [sections::MUTATIONS, conditions::MUTATIONS, gates::MUTATIONS, slots::MUTATIONS].into_iter().flatten()
}

#[test]
fn each_mutation_is_refused_for_its_own_reason() {
    let mut wrong = Vec::new();
    for Mutation { name, seed, change, reason } in all() {
        let mut edited = seed.ruleset();
        change(&mut edited);
        let result = edited.load().err();
        if result != Some(RulesetError::Damaged(reason)) {
            wrong.push(format!("{name}: expected `{reason}`, got {result:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A refusal proves something about the changed words only if the ruleset is valid without the change.
#[test]
fn each_mutation_changes_one_or_two_words_of_a_valid_ruleset() {
    for Mutation { name, seed, change, .. } in all() {
        let before = seed.ruleset();
        assert!(before.clone().load().is_ok(), "{name}: {seed:?} is not valid");
        let mut after = before.clone();
        change(&mut after);
        assert_eq!(before.0.len(), after.0.len(), "{name}");
        let words = (0..before.0.len() / 4).filter(|word| *word != header::CHECKSUM);
        let changed = words.filter(|word| before.word(*word) != after.word(*word)).count();
        assert!((1..=2).contains(&changed), "{name} changes {changed} words");
    }
}
