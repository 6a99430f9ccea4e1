//! All of it in words, before it is made.

use leptos::prelude::*;

use super::{
    draft::{Draft, Step},
    steps::section,
};
use crate::components::SplitBar;

/// Who gets what.
pub(super) fn review(draft: Draft) -> AnyView {
    let content = view! {
        <dl class="review">
            <dt>"Experiment"</dt>
            <dd>{draft.name} " " <code>{draft.key}</code></dd>
            <dt>"For whom"</dt>
            <dd>{move || for_whom(draft)}</dd>
            <dt>"What they get"</dt>
            <dd>
                // Drawn when it is looked at.
                {move || (draft.step.get() == Step::Review).then(|| shares(draft))}
            </dd>
        </dl>
    };
    let words = "A draft can still be changed in all but its key. Launched, it is live within seconds.";
    section(draft, Step::Review, "Is this what you mean?", words, content.into_any())
}

/// Whom it is for, in words.
fn for_whom(draft: Draft) -> String {
    let rules = draft.rules.with(|rules| rules.in_words());
    let own = (rules != "everyone").then_some(rules);
    match (draft.audience.get(), own) {
        (None, None) => "All users".to_owned(),
        (None, Some(rules)) => format!("Users whose {rules}"),
        (Some(audience), None) => format!("The audience {} ({})", audience.name, audience.words),
        (Some(audience), Some(rules)) => {
            format!("Those of the audience {} ({}) whose {rules}", audience.name, audience.words)
        }
    }
}

fn shares(draft: Draft) -> AnyView {
    let parts = draft.parts();
    view! { <SplitBar parts=parts split=draft.split.get()/> }.into_any()
}
