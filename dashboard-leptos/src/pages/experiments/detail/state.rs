use edgewise_api::resources::{PublicationStatus, Status};
use leptos::prelude::*;

use super::editing::{Editing, Pressed};
use crate::{
    calls::ExperimentPart,
    components::{Icon, Note, Symbol, Tone},
};

/// Changes the status of the experiment.
pub(super) fn change_status(editing: Editing, to: Status, message: &'static str) {
    editing.change_status(to, message);
}

/// Notes that explain why changes are not live.
#[component]
pub(super) fn PublicationNotes(editing: Editing) -> impl IntoView {
    move || {
        let (name, publication) =
            editing.detail.with(|detail| (detail.environment.name.clone(), detail.publication.clone()));
        match publication {
            PublicationStatus { held_at: Some(_), live_version, .. } => {
                let version = live_version.map(|version| format!(" at version {version}")).unwrap_or_default();
                Some(view! {
                    <Note tone=Tone::Warning>
                        <p><strong>"Publishing of " {name} " is on hold" {version} " after a rollback."</strong> " Changes are saved, and become live when publishing is resumed."</p>
                        <p class="note-actions needs-script">
                            <button type="button" class="button small" disabled=Signal::derive(move || editing.is_busy()) on:click=move |_| editing.resume()>
                                <Icon symbol=Symbol::Play/> {Signal::derive(move || if editing.is_pressed(Pressed::Resume) { "Publishing…" } else { "Resume publishing" })}
                            </button>
                        </p>
                    </Note>
                }.into_any())
            }
            PublicationStatus { error: Some(problem), .. } => Some(view! {
                <Note tone=Tone::Bad>
                    <p><strong>"The last changes of " {name} " are saved, but not live."</strong> " The previous version stays live. " {problem}</p>
                    <p class="note-actions needs-script">
                        <button
                            type="button"
                            class="button small"
                            disabled=Signal::derive(move || editing.is_busy())
                            on:click=move |_| editing.save(ExperimentPart::Publication, String::new(), "Published")
                        >
                            <Icon symbol=Symbol::Reload/>
                            {Signal::derive(move || {
                                let is_pressed = editing.is_pressed(Pressed::Save(ExperimentPart::Publication));
                                if is_pressed { "Publishing…" } else { "Try again" }
                            })}
                        </button>
                    </p>
                </Note>
            }.into_any()),
            _ => None,
        }
    }
}
