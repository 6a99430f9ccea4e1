use leptos::prelude::*;

use crate::{
    html::Html,
    model::{Change, Comparison, Field, Run, Thing, links},
};

/// The most things that are unfolded at first.
const UNFOLDED: usize = 6;

/// How two versions differ.
pub(crate) fn differences(comparison: Comparison) -> Html {
    Html::of(view! { <Differences comparison/> })
}

/// How two versions differ: what was there before on the left, what is there after on the right.
#[component]
pub(super) fn Differences(comparison: Comparison) -> impl IntoView {
    if comparison.is_empty() {
        return view! { <p class="quiet">"The content is the same."</p> }.into_any();
    }
    let unlisted = comparison.unlisted();
    let Comparison { added, removed, changed, reordered, things, .. } = comparison;
    let few = things.len() <= UNFOLDED;
    let tally = [(added, "added"), (changed, "changed"), (removed, "removed")].map(|(count, words)| {
        let class = if count == 0 { "" } else { words };
        view! { <li class=class><strong>{count}</strong> " " {words}</li> }
    });
    view! {
        <div class="comparison">
            <ul class="tally">{tally.into_iter().collect_view()}</ul>
            {reordered.then(|| view! { <p class="quiet">"Experiments are decided in another order."</p> })}
            {things.into_iter().map(|thing| one(thing, few)).collect_view()}
            {(unlisted > 0).then(|| view! { <p class="quiet">"And " {unlisted} " more, which are not listed."</p> })}
        </div>
    }
    .into_any()
}

fn one(thing: Thing, unfolded: bool) -> AnyView {
    let Thing { change, key, experiment, fields } = thing;
    let (class, word) = match change {
        Change::Added => ("mark added", "Added"),
        Change::Removed => ("mark removed", "Removed"),
        Change::Changed => ("mark changed", "Changed"),
    };
    let fields = fields.into_iter().map(|field| sides(field, change)).collect_view();
    let link = experiment.map(|id| {
        view! { <a href=links::experiment(&id)>"Open the experiment"</a> }
    });
    view! {
        <details class="thing" open={unfolded || change == Change::Changed}>
            <summary>
                <span class=class>{word}</span>
                <strong class="mono">{key}</strong>
            </summary>
            <div class="thing-body">{fields} {link}</div>
        </details>
    }
    .into_any()
}

fn sides(field: Field, change: Change) -> AnyView {
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
        view! { <p class="side-empty">"Nothing"</p> }.into_any()
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
