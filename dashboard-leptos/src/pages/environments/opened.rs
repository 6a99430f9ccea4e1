use leptos::prelude::*;

use crate::{
    calls::{Opened, RollBack},
    components::{ChangeForm, Dialog, Icon, ProblemNote, Symbol},
    html::Html,
    model::HistoryQuery,
    problem::Problem,
    transport::Change,
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
    roll_back: Change<RollBack>,
) -> impl IntoView {
    let close = query.url_with(|query| {
        query.version.clear();
        query.against.clear();
    });
    let close = view! {
        <a class="icon-button" href=close aria-label="Close the comparison"><Icon symbol=Symbol::Close/></a>
    };
    let Opened { version: number, against, choice, differences, back } = match opened {
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
    let title = match against {
        Some(against) => format!("Version {number} compared with {against}"),
        None => format!("Version {number}, the first"),
    };
    let go_back = back.map(|back| {
        view! {
            <button type="button" class="button small needs-script" on:click=move |_| { roll_back.clear(); asking.set(true); }>
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
                <div class="actions">{choice.map(Html::show)} {go_back} {close}</div>
            </header>
            {differences.show()}
        </section>
    }
    .into_any()
}

/// What is asked before going back.
#[component]
fn Asked(
    id: String,
    number: u64,
    live: Option<u64>,
    back: Html,
    asking: RwSignal<bool>,
    roll_back: Change<RollBack>,
) -> impl IntoView {
    let problem = move || roll_back.problem().map(|problem| view! { <ProblemNote problem/> });
    view! {
        <div class="form">
            <p>
                "What is live now" {live.map(|live| format!(" (version {live})"))} " is replaced by the content of version "
                {number} ", at once and as a new version. Changes made since are kept, and are not live until you resume publishing."
            </p>
            <h3>"What changes for your users"</h3>
            <div class="scrolls" tabindex="0">{back.show()}</div>
            {problem}
            <ChangeForm change=roll_back.sent() attr:class="form-foot">
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="version" value=number.to_string()/>
                <button type="button" class="button" on:click=move |_| asking.set(false)>"Cancel"</button>
                <button type="submit" class="button danger" disabled=roll_back.pending()>
                    "Roll back to version " {number}
                </button>
            </ChangeForm>
        </div>
    }
}
