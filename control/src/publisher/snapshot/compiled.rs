//! The rulesets of versions that are recorded, but not written yet.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use edgewise_engine::Ruleset;

/// The ruleset of the version of each environment that this process has recorded, so that writing the version does not
/// compile its snapshot again. Another process may record another version under the same number, so the reader compares the
/// hash of the snapshot.
#[derive(Debug, Default)]
pub(in crate::publisher) struct CompiledRulesets(Mutex<HashMap<String, Arc<Ruleset>>>);

impl CompiledRulesets {
    /// Keeps the ruleset of a version that is recorded, in place of an earlier one.
    pub(in crate::publisher) fn keep(&self, environment_id: &str, ruleset: Ruleset) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(environment_id.to_owned(), Arc::new(ruleset));
    }

    /// Returns the ruleset that is kept.
    pub(in crate::publisher) fn get(&self, environment_id: &str) -> Option<Arc<Ruleset>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(environment_id).cloned()
    }

    /// Forgets the ruleset: its version is written, or will never be.
    pub(in crate::publisher) fn forget(&self, environment_id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(environment_id);
    }
}
