use edgewise_api::resources::{PublicationStatus, Status};
use leptos::prelude::*;

use super::editing::Editing;
use crate::{
    calls::{ExperimentDetail, Resume, RetryPublishing},
    components::{ChangeForm, Icon, Note, Symbol, Toasts, Tone, with_code},
    pages::publish_waiting::{PublishWaiting, report_retry},
    transport::Change,
};

/// Changes the status of the experiment.
pub(super) fn change_status(editing: Editing, to: Status, message: &'static str) {
    editing.change_status(to, message);
}

/// Returns from when on a change is live, to end a sentence, if a change is not live as soon as it is saved.
pub(super) fn live_later(detail: &ExperimentDetail) -> Option<&'static str> {
    match detail.publication {
        PublicationStatus { error: Some(_), .. } => Some(" once publishing works again"),
        PublicationStatus { held_at: Some(_), .. } => Some(" once publishing resumes"),
        _ => None,
    }
}

/// A note in a dialog that a change is not live as soon as it is saved.
#[component]
pub(super) fn LiveLaterNote(editing: Editing) -> impl IntoView {
    move || {
        editing.detail.with(|detail| {
            let later = live_later(detail)?;
            let state = if detail.publication.error.is_some() { "fails" } else { "is on hold" };
            let name = &detail.environment.name;
            let words = format!("Publishing of {name} {state}: the change is saved now, and live{later}.");
            Some(view! { <Note tone=Tone::Warning>{words}</Note> })
        })
    }
}

/// Notes that explain why changes are not live.
#[component]
pub(super) fn PublicationNotes(editing: Editing) -> impl IntoView {
    let (resume, retry) = (Change::<Resume>::new(), Change::<RetryPublishing>::new());
    let confirming = RwSignal::new(false);
    let toasts = Toasts::from_context();
    Effect::new(move || match resume.response() {
        Some(Ok(resumed)) => {
            confirming.set(false);
            toasts.success("Publishing resumed", &resumed.publication);
            editing.refresh();
        }
        Some(Err(problem)) => toasts.error(&problem),
        None => {}
    });
    Effect::new(move || {
        let result = retry.response();
        if result.is_some() {
            editing.refresh();
        }
        report_retry(toasts, result);
    });
    // Compared, so that an open dialog stays when something else of the experiment changes.
    let state = Memo::new(move |_| {
        editing.detail.with(|detail| (detail.environment.clone(), detail.publication.clone()))
    });
    move || {
        let (environment, publication) = state.get();
        let (id, name) = (environment.id, environment.name);
        match publication {
            PublicationStatus { error: Some(problem), .. } => Some(view! {
                <Note tone=Tone::Bad>
                    <p><strong>"The last changes of " {name} " are saved, but not live."</strong> " The previous version stays live. Publishing failed: " {with_code(&problem)} "."</p>
                    <ChangeForm change=retry.submission() attr:class="note-actions">
                        <input type="hidden" name="id" value=id/>
                        <button type="submit" class="button small" disabled=retry.pending()>
                            <Icon symbol=Symbol::Reload/> {Signal::derive(move || if retry.pending().get() { "Publishing…" } else { "Retry" })}
                        </button>
                    </ChangeForm>
                </Note>
            }.into_any()),
            PublicationStatus { held_at: Some(_), live_version, .. } => {
                let version = live_version.map(|version| format!(" at version {version}")).unwrap_or_default();
                Some(view! {
                    <Note tone=Tone::Warning>
                        <p><strong>"Publishing of " {name} " is on hold" {version} " after a rollback."</strong> " Changes are saved, and become live when publishing is resumed."</p>
                        <div class="note-actions"><PublishWaiting id resume confirming/></div>
                    </Note>
                }.into_any())
            }
            _ => None,
        }
    }
}
