use leptos::prelude::*;

use crate::model::Rules;

/// The id of the list of attribute names that inputs suggest.
pub(super) const ATTRIBUTES: &str = "rule-attributes";

/// The state that the parts of an editor share.
#[derive(Clone, Copy)]
pub(super) struct Editor {
    pub(super) rules: RwSignal<Rules>,
    /// Attribute names to suggest, without the one being typed.
    pub(super) suggestions: RwSignal<Vec<String>>,
    /// The condition to focus; 0 for the button that adds one.
    pub(super) focus: RwSignal<Option<u32>>,
    /// The current problem, and the condition that it belongs to, if any.
    pub(super) wrong: Memo<Option<(Option<u32>, String)>>,
}
