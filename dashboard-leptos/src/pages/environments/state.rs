use edgewise_api::resources::PublicationStatus;
use leptos::prelude::*;

use crate::{
    calls::{Resume, RetryPublishing},
    components::{ChangeForm, Icon, LiveState, Note, Symbol, Time, Tone, with_code},
    pages::publish_waiting::PublishWaiting,
    transport::Change,
};

/// The live version, and the reason why changes are not published.
#[component]
pub(super) fn State(
    /// The environment's id.
    id: String,
    status: PublicationStatus,
    resume: Change<Resume>,
    retry: Change<RetryPublishing>,
    /// Whether a change of this page is being published.
    publishing: Signal<bool>,
    /// Whether the dialog that confirms publishing is open.
    confirming: RwSignal<bool>,
) -> impl IntoView {
    let held = status.held_at.clone().map(|since| {
        let rollback = match status.pending_version {
            Some(version) => format!(", but version {version}, the rollback, is not live yet."),
            None => ".".to_owned(),
        };
        let id = id.clone();
        view! {
            <Note tone=Tone::Warning>
                <p>
                    "Rolled back " <Time at=since/> {rollback} " Later changes are saved, but not live until publishing is resumed."
                </p>
                <div class="note-actions"><PublishWaiting id resume confirming shown=true/></div>
            </Note>
        }
    });
    let failing = status.error.clone().map(|problem| {
        let failed = match status.pending_version {
            Some(version) => format!("Publishing version {version} failed: "),
            None => "Publishing failed: ".to_owned(),
        };
        let live = match status.live_version {
            Some(version) => format!("Version {version} stays live. "),
            None => "Nothing is live yet. ".to_owned(),
        };
        view! {
            <Note tone=Tone::Bad>
                <p><strong>{failed}</strong> {with_code(&problem)} "."</p>
                <p>{live} "Publishing is retried automatically, and after each change."</p>
                <div class="note-actions">
                    <ChangeForm change=retry.submission()>
                        <input type="hidden" name="id" value=id/>
                        <button type="submit" class="button small" disabled=retry.pending()>
                            <Icon symbol=Symbol::Reload/> "Retry"
                        </button>
                    </ChangeForm>
                </div>
            </Note>
        }
    });
    view! {
        {held}
        {failing}
        <section class="card state">
            <h2>"Live version"</h2>
            <LiveState status publishing/>
        </section>
    }
}
