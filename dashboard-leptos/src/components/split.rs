use leptos::prelude::*;

use crate::model::Split;

/// A variant, as a bar shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Its id, or whatever stands for it before it has one.
    pub(crate) id: String,
    /// As people call it.
    pub(crate) name: String,
}

/// Edits a split as a bar over 0 to 100 %, whose borders can be dragged and typed.
#[component]
pub(crate) fn SplitEditor(
    /// The variants, in their order.
    #[prop(into)]
    parts: Signal<Vec<Part>>,
    /// What is edited.
    split: RwSignal<Split>,
) -> impl IntoView {
    let _ = (parts, split);
}

/// The same bar, to look at. `allocations` cover 10,000 buckets.
#[component]
pub(crate) fn SplitBar(
    /// The variants, in their order.
    parts: Vec<Part>,
    split: Split,
) -> impl IntoView {
    let _ = (parts, split);
}
