use edgewise_api::resources::{PublicationStatus, Status};
use leptos::prelude::*;

use super::editing::Editing;
use crate::{
    calls::ExperimentPart,
    components::{Icon, Note, Symbol, Tone},
};

/// Changes the status of the experiment.
pub(super) fn change_status(editing: Editing, to: Status, message: &'static str) {
    editing.save(ExperimentPart::Status, format!(r#"{{"status":"{}"}}"#, to.name()), message);
}

/// Notes that explain why changes are not live.
#[component]
pub(super) fn PublicationNotes(editing: Editing) -> impl IntoView {
    move || {
        let (name, publication, status) = editing
            .detail
            .with(|detail| (detail.environment.name.clone(), detail.publication.clone(), detail.row.status));
        match publication {
            PublicationStatus { held_at: Some(_), live_version, .. } => {
                let version = live_version.map(|version| format!(" at version {version}")).unwrap_or_default();
                Some(view! {
                    <Note tone=Tone::Warning>
                        <p><strong>"Publishing of " {name} " is on hold" {version} " after a rollback."</strong> " Changes are saved, and become live when publishing is resumed."</p>
                        <p class="note-actions needs-script">
                            <button type="button" class="button small" disabled=move || editing.is_busy() on:click=move |_| editing.resume()>
                                <Icon symbol=Symbol::Play/> "Resume publishing"
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
                            disabled=move || editing.is_busy()
                            on:click=move |_| editing.save(ExperimentPart::Publication, String::new(), "Published")
                        >
                            <Icon symbol=Symbol::Reload/> "Try again"
                        </button>
                    </p>
                </Note>
            }.into_any()),
            _ if status == Status::Archived => Some(view! {
                <Note>"This experiment is archived. Changes below do not affect any users."</Note>
            }.into_any()),
            _ => None,
        }
    }
}
