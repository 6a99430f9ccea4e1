//! An experiment, and all that can be done with it.

mod allocation;
mod danger;
mod details;
mod drafts;
mod editing;
mod head;
mod state;
mod targeting;
mod variants;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use self::{
    allocation::AllocationSection, danger::Danger, editing::Editing, head::Head, state::PublicationNotes,
    targeting::TargetingSection, variants::VariantsSection,
};
use super::{Loaded, leaving};
use crate::{
    calls::{ExperimentDetail, ExperimentPart, LoadExperiment},
    components::{Connection, Icon, Note, ProblemNote, Symbol, Tone},
    model::links,
    transport::Loading,
};

/// The page.
#[component]
pub(crate) fn ExperimentPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let detail = Loading::new(move || LoadExperiment { id: id.get() });
    view! { <Loaded from=detail title="Experiment" rows=8 show={|detail: ExperimentDetail| view! { <Editor detail/> }}/> }
}

/// The experiment, once it is there. What is loaded later goes into its state, so that nothing being typed is lost.
#[component]
fn Editor(detail: ExperimentDetail) -> impl IntoView {
    let editing = Editing::new(detail);
    leaving::ask_first("Leave without saving? What you changed is lost.", move || editing.has_changes());
    let news = Connection::of_page().news;
    Effect::new(move |before: Option<u32>| {
        let now = news.get();
        if before.is_some_and(|before| before != now) {
            editing.refresh();
        }
        now
    });
    view! {
        <div class="experiment">
            <Head editing/>
            <p class="part-empty without-script">"An experiment can be changed once scripts are allowed in this browser."</p>
            <StaleNote editing/>
            <PublicationNotes editing/>
            <VariantsSection editing/>
            <AllocationSection editing/>
            <TargetingSection editing/>
            <History editing/>
            <Danger editing/>
        </div>
    }
}

/// Says so when somebody else has changed what is being edited.
#[component]
fn StaleNote(editing: Editing) -> impl IntoView {
    view! {
        <Show when=move || editing.is_stale()>
            <Note tone=Tone::Warning>
                <p>"Someone changed this since you opened it. Reload to see what it is now; nothing of theirs was overwritten."</p>
                <p class="note-actions">
                    <button type="button" class="button small" on:click=move |_| editing.reload(false)>
                        <Icon symbol=Symbol::Reload/>
                        {move || if editing.has_changes() { "Reload, and drop what I changed" } else { "Reload" }}
                    </button>
                    <Show when=move || editing.has_changes()>
                        <button type="button" class="button small" on:click=move |_| editing.reload(true)>
                            "Reload, and keep what I changed"
                        </button>
                    </Show>
                </p>
            </Note>
        </Show>
    }
}

/// A part of the page that is saved by itself.
#[component]
fn Section(
    id: &'static str,
    title: &'static str,
    /// What it is about.
    about: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card part" id=id aria-labelledby=format!("{id}-title")>
            <header>
                <div>
                    <h2 id=format!("{id}-title")>{title}</h2>
                    <p class="quiet">{about}</p>
                </div>
            </header>
            {children()}
        </section>
    }
}

/// The foot of a section: what went wrong, and what to do with the changes.
#[component]
fn SectionFoot(
    editing: Editing,
    part: ExperimentPart,
    /// Whether there are any.
    #[prop(into)]
    changed: Signal<bool>,
    /// What the button says that saves them.
    label: &'static str,
    /// What keeps them from being saved.
    #[prop(optional, into)]
    blocked: Signal<bool>,
    save: impl Fn() + 'static,
    discard: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        {move || {
            let problem = editing.problem_of(part)?;
            // What is said beside a field need not be said again.
            let is_beside_field = problem.field().is_some_and(|field| match part {
                ExperimentPart::Allocations => false,
                ExperimentPart::Variants => field.contains('.'),
                _ => true,
            });
            (!is_beside_field).then(|| view! { <ProblemNote problem/> })
        }}
        <footer class="part-foot needs-script">
            <span class="part-state" aria-live="polite">{move || if changed.get() { "Unsaved changes" } else { "" }}</span>
            <button
                type="button"
                class="button plain"
                disabled=move || !changed.get() || editing.is_busy()
                on:click=move |_| {
                    editing.forget_problem(part);
                    discard();
                }
            >
                "Discard"
            </button>
            <button
                type="button"
                class="button primary"
                disabled=move || !changed.get() || blocked.get() || editing.is_busy()
                on:click=move |_| save()
            >
                {label}
            </button>
        </footer>
    }
}

/// Where its history is.
#[component]
fn History(editing: Editing) -> impl IntoView {
    let detail = editing.detail;
    let href = move || detail.with(|detail| links::environment(&detail.environment.id));
    let name = move || detail.with(|detail| detail.environment.name.clone());
    view! {
        <section class="card part row" aria-labelledby="history-title">
            <div>
                <h2 id="history-title">"History"</h2>
                <p class="quiet">"Every version that was published of " {name} ", what it changed, and going back to it"</p>
            </div>
            <a class="button" href=href><Icon symbol=Symbol::History/> "Open history"</a>
        </section>
    }
}
