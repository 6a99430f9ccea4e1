use leptos::prelude::*;

use crate::model::Rules;

/// The list of names that inputs of attributes offer.
pub(super) const ATTRIBUTES: &str = "rule-attributes";

/// What the parts of an editor share.
#[derive(Clone, Copy)]
pub(super) struct Editor {
    pub(super) rules: RwSignal<Rules>,
    /// Attributes to offer. Not what is being typed.
    pub(super) seen: RwSignal<Vec<String>>,
    /// The condition that the keyboard goes to.
    pub(super) focus: RwSignal<Option<u32>>,
    /// The condition that is wrong, if it is one, and how.
    pub(super) wrong: Memo<Option<(Option<u32>, String)>>,
}
