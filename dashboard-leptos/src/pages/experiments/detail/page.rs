//! The page of an experiment, with a section for each part.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::{
    editing::{DELETED, Editing},
    editors::{begin, conflict_note, danger, load, publication_notes, sections},
    head::Head,
    plain::PlainStatus,
};
use crate::{
    calls::{DuplicateExperiment, ExperimentDetail, LoadExperiment},
    components::{Connection, Icon, Note, Symbol, dynamic, when},
    model::links,
    pages::loaded::Loaded,
    parts::later,
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
    let editing = Editing::new(detail, || Box::pin(async { load().await.is_ok() }));
    let updates = Connection::from_context().updates;
    Effect::new(move |before: Option<u32>| {
        let now = updates.get();
        if before.is_some_and(|before| before != now) {
            editing.refresh();
        }
        now
    });
    // `browser/early.js` enables what the server renders while scripts run, and disables it for good if the module does not work.
    let is_read_only = Signal::derive(move || editing.is_read_only());
    let is_inert = Signal::derive(move || cfg!(not(target_family = "wasm")) || is_read_only.get());
    let awaits_script = Signal::derive(move || (!is_read_only.get()).then_some(""));
    view! {
        <div class="experiment">
            <Head editing/>
            {plain_status}
            <p class="part-empty without-script">"Editing variants, split and targeting needs JavaScript."</p>
            <ReadOnlyNote editing/>
            {later("restored", begin(editing))}
            {when(move || editing.conflict.with(Option::is_some) && !editing.deleted.get(), move || later("conflict", conflict_note(editing)))}
            {later("publication", publication_notes(editing))}
            <fieldset class="parts" disabled=is_inert data-awaits-script=awaits_script>
                {later("sections", sections(editing))}
            </fieldset>
            <History editing/>
            {when(move || !editing.deleted.get(), move || later("danger", danger(editing)))}
        </div>
    }
}

/// A note that the experiment can no longer be changed, and why.
#[component]
fn ReadOnlyNote(editing: Editing) -> impl IntoView {
    let id = editing.detail.with_untracked(|detail| detail.row.id.clone());
    dynamic(move || {
        if editing.deleted.get() {
            return Some(DELETED.note());
        }
        let id = id.clone();
        editing.is_read_only().then(|| view! {
            <Note>
                <p><strong>"This experiment is archived, and can only be read."</strong> " To continue it, duplicate it as a draft."</p>
                <form class="note-actions" method="post" action=links::url(DuplicateExperiment::PATH)>
                    <input type="hidden" name="id" value=id/>
                    <button class="button small" id="duplicate">"Duplicate"</button>
                </form>
            </Note>
        }.into_any())
    })
}

/// The link to the environment's history.
#[component]
fn History(editing: Editing) -> impl IntoView {
    // An experiment stays in its environment, which keeps its name.
    let environment = editing.detail.with_untracked(|detail| detail.environment.clone());
    let (href, name) = (links::environment(&environment.id), environment.name);
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
