use leptos::{form::ActionForm, prelude::*};

use super::history::url;
use crate::{
    calls::{HistoryQuery, Opened, RollBack},
    components::{Dialog, Differences, Icon, ProblemNote, Symbol},
    model::Comparison,
    problem::Problem,
};

/// A version that is looked at: how it differs, and going back to it.
#[component]
pub(super) fn OpenedVersion(
    opened: Result<Opened, Problem>,
    query: HistoryQuery,
    /// The environment's id.
    id: String,
    /// The version that is live.
    live: Option<u64>,
    /// Whether somebody is asked before going back.
    asking: RwSignal<bool>,
    roll_back: ServerAction<RollBack>,
) -> impl IntoView {
    let close = url(&query, |query| {
        query.version.clear();
        query.against.clear();
    });
    let close = view! {
        <a class="icon-button" href=close aria-label="Close the comparison"><Icon symbol=Symbol::Close/></a>
    };
    let Opened { comparison, back } = match opened {
        Ok(opened) => opened,
        Err(problem) => {
            return view! {
                <section class="card">
                    <header><h2>"Version " {query.version}</h2> {close}</header>
                    <ProblemNote problem/>
                </section>
            }
            .into_any();
        }
    };
    let number = comparison.version;
    let title = match comparison.against {
        Some(against) => format!("Version {number} compared with {against}"),
        None => format!("Version {number}, the first"),
    };
    let choice = against_choice(&query, &comparison, live);
    let go_back = back.map(|back| {
        view! {
            <button type="button" class="button small needs-script" on:click=move |_| asking.set(true)>
                <Icon symbol=Symbol::Undo/> "Roll back to version " {number}
            </button>
            <Dialog open=asking title=format!("Roll back to version {number}?")>
                <Asked id number live back asking roll_back/>
            </Dialog>
        }
    });
    view! {
        <section class="card">
            <header>
                <h2>{title}</h2>
                <div class="actions">{choice} {go_back} {close}</div>
            </header>
            <Differences comparison/>
        </section>
    }
    .into_any()
}

/// Links to compare with the version before, or with what is live.
fn against_choice(query: &HistoryQuery, comparison: &Comparison, live: Option<u64>) -> Option<AnyView> {
    let live = live.filter(|live| *live != comparison.version)?;
    let live_text = live.to_string();
    let with_live = query.against == live_text;
    let choices = [
        ("The version before", query.against.is_empty(), url(query, |query| query.against.clear())),
        ("What is live", with_live, url(query, |query| query.against = live_text)),
    ];
    let choices = choices.map(|(words, chosen, href)| {
        view! { <a href=href aria-current=chosen.then_some("true")>{words}</a> }
    });
    Some(
        view! { <nav class="choice" aria-label="Compare with">{choices.into_iter().collect_view()}</nav> }
            .into_any(),
    )
}

/// What is asked before going back.
#[component]
fn Asked(
    id: String,
    number: u64,
    live: Option<u64>,
    back: Comparison,
    asking: RwSignal<bool>,
    roll_back: ServerAction<RollBack>,
) -> impl IntoView {
    let problem = move || {
        let failed =
            roll_back.value().with(|done| done.as_ref().and_then(|done| done.as_ref().err().cloned()));
        failed.map(|problem| view! { <ProblemNote problem/> })
    };
    view! {
        <div class="form">
            <p>
                "What is live now" {live.map(|live| format!(" (version {live})"))} " is replaced by the content of version "
                {number} ", at once and as a new version. Changes made since are kept, and are not live until you resume publishing."
            </p>
            <h3>"What changes for your users"</h3>
            <div class="scrolls" tabindex="0"><Differences comparison=back/></div>
            {problem}
            <ActionForm action=roll_back attr:class="form-foot">
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="version" value=number.to_string()/>
                <button type="button" class="button" on:click=move |_| asking.set(false)>"Cancel"</button>
                <button type="submit" class="button danger" disabled=roll_back.pending()>
                    "Roll back to version " {number}
                </button>
            </ActionForm>
        </div>
    }
}
