use leptos::prelude::*;

use crate::{
    calls::{RollBack, VersionDetail},
    components::{ChangeForm, Dialog, Icon, ProblemNote, Symbol},
    html::Html,
    model::HistoryQuery,
    problem::Problem,
    transport::Change,
};

/// The open version: its differences, and the button to roll back to it.
#[component]
pub(super) fn OpenedVersion(
    opened: Result<VersionDetail, Problem>,
    query: HistoryQuery,
    /// The environment's id.
    id: String,
    /// The live version.
    live: Option<u64>,
    /// Whether the dialog that confirms a rollback is open.
    confirming: RwSignal<bool>,
    roll_back: Change<RollBack>,
) -> impl IntoView {
    let close = query.without_version();
    let close = view! {
        <a class="icon-button" href=close aria-label="Close the comparison"><Icon symbol=Symbol::Close/></a>
    };
    let VersionDetail { version: number, against, comparison_links, differences, rollback } = match opened {
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
        None => format!("Version {number} (first version)"),
    };
    let roll_back_button = rollback.map(|rollback| {
        view! {
            <button type="button" class="button small needs-script" on:click=move |_| { roll_back.clear(); confirming.set(true); }>
                <Icon symbol=Symbol::Undo/> "Roll back to version " {number}
            </button>
            <Dialog open=confirming title=format!("Roll back to version {number}?")>
                <RollbackConfirmation id number live rollback confirming roll_back/>
            </Dialog>
        }
    });
    view! {
        <section class="card">
            <header>
                <h2>{title}</h2>
                <div class="actions">{comparison_links.map(Html::view)} {roll_back_button} {close}</div>
            </header>
            {differences.view()}
        </section>
    }
    .into_any()
}

/// The content of the dialog that confirms a rollback.
#[component]
fn RollbackConfirmation(
    id: String,
    number: u64,
    live: Option<u64>,
    rollback: Html,
    confirming: RwSignal<bool>,
    roll_back: Change<RollBack>,
) -> impl IntoView {
    let problem = move || roll_back.problem().map(|problem| view! { <ProblemNote problem/> });
    view! {
        <div class="form">
            <p>
                "A new version with the content of version " {number} " becomes live immediately, and replaces the live version"
                {live.map(|live| format!(" ({live})"))} ". Later changes stay saved, but are not live until you resume publishing."
            </p>
            <h3>"Changes for users"</h3>
            <div class="scrolls" tabindex="0">{rollback.view()}</div>
            {problem}
            <ChangeForm change=roll_back.submission() attr:class="form-foot">
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="version" value=number.to_string()/>
                <button type="button" class="button" on:click=move |_| confirming.set(false)>"Cancel"</button>
                <button type="submit" class="button danger" disabled=roll_back.pending()>
                    "Roll back to version " {number}
                </button>
            </ChangeForm>
        </div>
    }
}
