//! Publishing the changes that wait since a rollback, after a look at them.

use edgewise_api::{Outcome, Publication, resources::PublicationStatus};
use leptos::prelude::*;

use super::loaded::Loaded;
use crate::{
    calls::{RenderWaiting, Resume},
    components::{ChangeForm, Connection, Dialog, Icon, Note, ProblemNote, Symbol, Toasts, Tone},
    html::Html,
    model::links,
    problem::Problem,
    transport::{Change, Loading},
};

/// The button that publishes the waiting changes of an environment, and the dialog that shows the changes first. Without
/// scripts, a link opens the environment's page, which shows the changes.
#[component]
pub(super) fn PublishWaiting(
    /// The environment's id.
    #[prop(into)]
    id: String,
    resume: Change<Resume>,
    /// Whether the dialog is open. Kept by the page, so that the dialog stays open when the page is rendered again.
    confirming: RwSignal<bool>,
    /// Whether the page shows the changes, so that a form without scripts may publish them.
    #[prop(optional)]
    shown: bool,
) -> impl IntoView {
    let plain = if shown {
        let id = id.clone();
        view! {
            <ChangeForm change=resume.submission() attr:class="without-script">
                <input type="hidden" name="id" value=id/>
                <button type="submit" class="button small">"Publish waiting changes"</button>
            </ChangeForm>
        }
        .into_any()
    } else {
        view! { <a class="without-script" href=links::environment(&id)>"Show the waiting changes"</a> }
            .into_any()
    };
    view! {
        <button type="button" class="button small needs-script" on:click=move |_| { resume.clear(); confirming.set(true); }>
            <Icon symbol=Symbol::Play/> "Publish waiting changes"
        </button>
        {plain}
        <Dialog open=confirming title="Publish all waiting changes?">
            <Show when=move || confirming.get()>
                <Confirmation id=id.clone() resume confirming/>
            </Show>
        </Dialog>
    }
}

/// The content of the dialog. It loads the changes when the dialog opens, and again when something was published.
#[component]
fn Confirmation(id: String, resume: Change<Resume>, confirming: RwSignal<bool>) -> impl IntoView {
    let updates = Connection::from_context().updates;
    let request = id.clone();
    let waiting = Loading::with_updates(move || RenderWaiting { id: request.clone() }, move || updates.get());
    let problem = move || resume.problem().map(|problem| view! { <ProblemNote problem/> });
    view! {
        <div class="form">
            <Note tone=Tone::Warning>
                "This publishes all changes that were saved since the rollback, whoever made them, and ends the hold."
            </Note>
            <h3>"Changes for users"</h3>
            <div class="scrolls" tabindex="0"><Loaded from=waiting rows=2 render=Html::view/></div>
            {problem}
            <ChangeForm change=resume.submission() attr:class="form-foot">
                <input type="hidden" name="id" value=id/>
                <button type="button" class="button" on:click=move |_| confirming.set(false)>"Cancel"</button>
                <button type="submit" class="button primary" disabled=resume.pending()>"Publish waiting changes"</button>
            </ChangeForm>
        </div>
    }
}

/// Reports the outcome of another attempt to publish.
pub(super) fn report_retry(toasts: Toasts, result: Option<Result<Outcome<PublicationStatus>, Problem>>) {
    match result {
        Some(Ok(changed)) => match changed.publication {
            Publication::Published => toasts.show(Tone::Good, "Published. The changes are live."),
            Publication::Failed(problem) => toasts.show(Tone::Warning, format!("Not published: {problem}.")),
            Publication::NotDue | Publication::OnHold => {
                toasts.show(Tone::Info, "Nothing waits to be published")
            }
        },
        Some(Err(problem)) => toasts.error(&problem),
        None => {}
    }
}
