//! The last step: a summary of the experiment.

use edgewise_api::resources::Environment;
use leptos::prelude::*;

use super::{draft::Draft, step::Step, steps::section};
use crate::{
    components::{SplitBar, dynamic},
    model::percent,
};

/// Renders the summary.
pub(super) fn review(draft: Draft, environments: Vec<Environment>) -> AnyView {
    let environment = Signal::derive(move || {
        let id = draft.environment.get();
        environments
            .iter()
            .find(|environment| environment.id == id)
            .map(|environment| environment.name.clone())
    });
    let content = view! {
        <dl class="review">
            <dt>"Experiment"</dt>
            <dd>{draft.name} " " <code>{draft.key}</code></dd>
            <dt>"Environment"</dt>
            <dd>{environment}</dd>
            <dt>"Audience"</dt>
            <dd>{Signal::derive(move || describe_audience(draft))}</dd>
            <dt>"Split"</dt>
            <dd>
                // Rendered only while the step is visible.
                {dynamic(move || (draft.step.get() == Step::Review).then(|| shares(draft)))}
            </dd>
        </dl>
    };
    let words = "Everything but the key of a draft can still be changed. A launched experiment is live within seconds.";
    section(draft, Step::Review, "Review the experiment", words, content.into_any())
}

/// Describes whom the experiment targets.
fn describe_audience(draft: Draft) -> String {
    let own = draft.rules.with(|rules| (!rules.is_empty()).then(|| rules.describe()));
    match (draft.audience.get(), own) {
        (None, None) => "Everyone".to_owned(),
        (None, Some(rules)) => format!("Users whose {rules}"),
        (Some(audience), None) => format!("The audience {} ({})", audience.name, audience.words),
        (Some(audience), Some(rules)) => {
            format!("Users of the audience {} ({}) whose {rules}", audience.name, audience.words)
        }
    }
}

/// Renders the share of each variant.
fn shares(draft: Draft) -> AnyView {
    let (parts, split) = (draft.parts(), draft.split.get());
    let line = |share: u32, name: &str| {
        view! { <li><span class="number">{percent(share)} " %"</span> <span>{name.to_owned()}</span></li> }
            .into_any()
    };
    let mut lines: Vec<_> = parts.iter().map(|part| line(split.share(Some(&part.id)), &part.name)).collect();
    let none = split.share(None);
    if none > 0 {
        lines.push(line(none, "no variant: nothing changes for these users"));
    }
    view! {
        <ul class="shares">{lines}</ul>
        <SplitBar parts=parts split=split/>
    }
    .into_any()
}
