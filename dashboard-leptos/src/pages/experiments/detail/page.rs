//! The page of an experiment, with a section for each part.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    allocation::AllocationSection, danger::Danger, editing::Editing, head::Head, plain::PlainStatus,
    state::PublicationNotes, targeting::TargetingSection, variants::VariantsSection,
};
use crate::{
    calls::{ExperimentDetail, LoadExperiment},
    components::{Connection, Icon, Note, Symbol, Tone},
    model::links,
    pages::{leave_guard, loaded::Loaded},
    transport::Loading,
};

/// The page of an experiment.
#[component]
pub(crate) fn ExperimentPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let detail = Loading::new(move || LoadExperiment { id: id.get() });
    view! { <Loaded from=detail title="Experiment" rows=8 render={|detail: ExperimentDetail| view! { <Editor detail/> }}/> }
}

/// The loaded experiment. Later loads update its state instead of replacing it, so that no input is lost.
#[component]
fn Editor(detail: ExperimentDetail) -> impl IntoView {
    let plain_status = view! { <PlainStatus detail=&detail/> };
    let editing = Editing::new(detail);
    leave_guard::confirm_leaving("Leave without saving? Your changes will be lost.", move || {
        editing.has_changes()
    });
    let updates = Connection::from_context().updates;
    Effect::new(move |before: Option<u32>| {
        let now = updates.get();
        if before.is_some_and(|before| before != now) {
            editing.refresh();
        }
        now
    });
    view! {
        <div class="experiment">
            <Head editing/>
            {plain_status}
            <p class="part-empty without-script">"Editing variants, split and targeting needs JavaScript."</p>
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

/// A note that somebody else changed the experiment.
#[component]
fn StaleNote(editing: Editing) -> impl IntoView {
    view! {
        <Show when=move || editing.is_stale()>
            <Note tone=Tone::Warning>
                <p>"Someone changed this experiment since you opened it. Reload to see the current state. The other person's changes were not overwritten."</p>
                <p class="note-actions">
                    <button type="button" class="button small" on:click=move |_| editing.reload(false)>
                        <Icon symbol=Symbol::Reload/>
                        {move || if editing.has_changes() { "Reload and discard my changes" } else { "Reload" }}
                    </button>
                    <Show when=move || editing.has_changes()>
                        <button type="button" class="button small" on:click=move |_| editing.reload(true)>
                            "Reload and keep my changes"
                        </button>
                    </Show>
                </p>
            </Note>
        </Show>
    }
}

/// The link to the environment's history.
#[component]
fn History(editing: Editing) -> impl IntoView {
    let detail = editing.detail;
    let href = move || detail.with(|detail| links::environment(&detail.environment.id));
    let name = move || detail.with(|detail| detail.environment.name.clone());
    view! {
        <section class="card part row" aria-labelledby="history-title">
            <div>
                <h2 id="history-title">"History"</h2>
                <p class="quiet">"All published versions of " {name} " with their changes, and rollbacks"</p>
            </div>
            <a class="button" href=href><Icon symbol=Symbol::History/> "Open history"</a>
        </section>
    }
}
