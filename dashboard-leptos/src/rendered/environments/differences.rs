use leptos::prelude::*;

use crate::{
    components::StatusPill,
    html::Html,
    model::{Change, Comparison, Field, Item, NotAsSaved, Run, links},
};

/// The maximum number of items that are all expanded at first.
const MAX_UNFOLDED: usize = 6;

/// Renders the differences between two versions.
pub(crate) fn differences(comparison: Comparison) -> Html {
    Html::render(view! { <Differences comparison/> })
}

/// The differences between two versions, with the older one on the left.
#[component]
pub(super) fn Differences(
    comparison: Comparison,
    /// Whether all items are collapsed at first.
    #[prop(optional)]
    folded: bool,
) -> impl IntoView {
    if comparison.is_empty() {
        return view! { <p class="quiet">"Both versions have the same content."</p> }.into_any();
    }
    let unlisted = comparison.unlisted();
    let Comparison { added, removed, changed, reordered, items, .. } = comparison;
    let few = items.len() <= MAX_UNFOLDED;
    let tally = [(added, "added"), (changed, "changed"), (removed, "removed")].map(|(count, words)| {
        let class = if count == 0 { "" } else { words };
        view! { <li class=class><strong>{count}</strong> " " {words}</li> }
    });
    view! {
        <div class="comparison">
            <ul class="tally">{tally.into_iter().collect_view()}</ul>
            {reordered.then(|| view! { <p class="quiet">"The order of evaluation has changed."</p> })}
            {items.into_iter().map(|item| {
                let unfolded = !folded && (few || item.change == Change::Changed);
                item_details(item, unfolded)
            }).collect_view()}
            {(unlisted > 0).then(|| view! { <p class="quiet">{unlisted} " more are not listed."</p> })}
        </div>
    }
    .into_any()
}

fn item_details(item: Item, unfolded: bool) -> AnyView {
    let Item { change, key, experiment, fields, not_as_saved } = item;
    let (class, word) = match change {
        Change::Added => ("mark added", "Added"),
        Change::Removed => ("mark removed", "Removed"),
        Change::Changed => ("mark changed", "Changed"),
    };
    let fields = fields.into_iter().map(|field| field_row(field, change)).collect_view();
    let link = experiment.map(|id| {
        view! { <a href=links::experiment(&id)>"Open the experiment"</a> }
    });
    view! {
        <details class="thing" open=unfolded>
            <summary>
                <span class=class>{word}</span>
                <strong class="mono">{key}</strong>
                {not_as_saved.map(saved_status)}
            </summary>
            <div class="thing-body">{fields} {link}</div>
        </details>
    }
    .into_any()
}

fn saved_status(NotAsSaved { status, live }: NotAsSaved) -> AnyView {
    match status {
        Some(status) => view! { <StatusPill status live=Some(live)/> }.into_any(),
        None => view! { <span class="pill held wraps">{format!("Deleted: {live}")}</span> }.into_any(),
    }
}

fn field_row(field: Field, change: Change) -> AnyView {
    let Field { name, before, after } = field;
    let before = (change != Change::Added).then(|| side("Before", "before", before));
    let after = (change != Change::Removed).then(|| side("After", "after", after));
    view! {
        <div class="change">
            <h3>{name}</h3>
            <div class="sides">{before} {after}</div>
        </div>
    }
    .into_any()
}

fn side(title: &'static str, class: &'static str, runs: Vec<Run>) -> AnyView {
    let text = if runs.is_empty() {
        view! { <p class="side-empty">"None"</p> }.into_any()
    } else {
        let run = |Run { text, differs }| match (differs, class) {
            (false, _) => view! { <span>{text}</span> }.into_any(),
            (true, "before") => view! { <del>{text}</del> }.into_any(),
            (true, _) => view! { <ins>{text}</ins> }.into_any(),
        };
        view! { <pre>{runs.into_iter().map(run).collect_view()}</pre> }.into_any()
    };
    view! {
        <div class=class>
            <p class="side-title">{title}</p>
            {text}
        </div>
    }
    .into_any()
}
