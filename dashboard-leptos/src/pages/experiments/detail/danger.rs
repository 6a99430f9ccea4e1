use leptos::prelude::*;

use super::{
    editing::{Editing, Pressed},
    state::{LiveLaterNote, live_later},
};
use crate::{
    calls::DeleteExperiment,
    components::{ChangeForm, Dialog, Field, Icon, ProblemNote, Symbol, dynamic, handle_click, handle_input},
    model::links,
    pages::navigation::navigator,
    transport::Change,
};

/// The section that deletes the experiment.
#[component]
pub(super) fn Danger(editing: Editing) -> impl IntoView {
    let (open, typed) = (RwSignal::new(false), RwSignal::new(String::new()));
    let key = Memo::new(move |_| editing.detail.with(|detail| detail.row.key.clone()));
    let matches = move || typed.with(|typed| key.with(|key| typed == key));
    let later = move || editing.detail.with(live_later);
    let navigate = navigator(false);
    let delete = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if untrack(matches) {
            let navigate = navigate.clone();
            open.set(false);
            editing.delete(move || navigate(&links::EXPERIMENTS.url()));
        }
    };
    // The form that is submitted without scripts.
    let plain = Change::<DeleteExperiment>::new();
    let problem = move || plain.problem().map(|problem| view! { <ProblemNote problem/> }.into_any());
    let (id, revision) = editing.detail.with_untracked(|detail| (detail.row.id.clone(), detail.revision));
    view! {
        <section class="card part row danger-zone" aria-labelledby="danger-title">
            <div>
                <h2 id="danger-title">"Delete"</h2>
                <p class="quiet">"Deletes the experiment with its variants, split and rules permanently"</p>
            </div>
            <button
                type="button"
                class="button danger-text needs-script"
                disabled=Signal::derive(move || editing.is_busy())
                on:click=handle_click(move |_| {
                    typed.set(String::new());
                    open.set(true);
                })
            >
                <Icon symbol=Symbol::Delete/>
                {Signal::derive(move || if editing.is_pressed(Pressed::Delete) { "Deleting…" } else { "Delete experiment" })}
            </button>
            <ChangeForm change=plain.submission() attr:class="button-row without-script">
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="revision" value=revision/>
                <input type="hidden" name="redirect" value="true"/>
                <label><input type="checkbox" required/>" I understand that this cannot be undone"</label>
                <button type="submit" class="button danger-text"><Icon symbol=Symbol::Delete/> "Delete experiment"</button>
            </ChangeForm>
            {dynamic(problem)}
        </section>
        <Dialog open=open title="Delete this experiment?">
            <form class="form" on:submit=delete>
                <p>"The experiment is deleted permanently, and users no longer get a variant" {later} ". To confirm, enter its key: " <code>{key}</code></p>
                <LiveLaterNote editing/>
                <Field id="typed-key" label="Key">
                    <input
                        id="typed-key"
                        class="mono"
                        autofocus=true
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        aria-describedby="typed-key-note"
                        prop:value=typed
                        on:input=handle_input(move |event| typed.set(event_target_value(&event)))
                    />
                </Field>
                <div class="form-foot">
                    <button type="button" class="button" on:click=handle_click(move |_| open.set(false))>"Cancel"</button>
                    <button type="submit" class="button danger" disabled=Signal::derive(move || !matches() || editing.is_busy())>"Delete permanently"</button>
                </div>
            </form>
        </Dialog>
    }
}
