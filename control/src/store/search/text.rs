//! The text that searches look in.

use edgewise_api::search::fold;

/// Returns the text of an experiment. No word contains the line break, so no word matches across it.
pub(in crate::store) fn of_experiment(name: &str, key: &str) -> String {
    format!("{}\n{}", fold(name), fold(key))
}

/// Returns the text of a resource that has a name only.
pub(in crate::store) fn of_name(name: &str) -> String {
    fold(name)
}
