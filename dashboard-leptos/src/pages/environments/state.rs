use edgewise_api::resources::PublicationStatus;
use leptos::prelude::*;

use crate::{
    calls::Resume,
    components::{ChangeForm, LiveState, Note, Time, Tone},
    transport::Change,
};

/// The live version, and the reason why changes are not published.
#[component]
pub(super) fn State(
    /// The environment's id.
    id: String,
    status: PublicationStatus,
    resume: Change<Resume>,
) -> impl IntoView {
    let held = status.held_at.clone().map(|since| {
        view! {
            <Note tone=Tone::Warning>
                <p>
                    "Rolled back " <Time at=since/> ". Later changes are saved, but not live until publishing is resumed."
                </p>
                <div class="note-actions">
                    <ChangeForm change=resume.submission()>
                        <input type="hidden" name="id" value=id/>
                        <button type="submit" class="button small" disabled=resume.pending()>"Resume publishing"</button>
                    </ChangeForm>
                </div>
            </Note>
        }
    });
    let failing = status.error.clone().map(|problem| {
        view! {
            <Note tone=Tone::Bad>
                <p>"Changes cannot be published: " {problem}</p>
                <p>"The live version stays unchanged. Publishing is retried automatically, and after each change."</p>
            </Note>
        }
    });
    view! {
        {held}
        {failing}
        <section class="card state">
            <h2>"Live version"</h2>
            <LiveState status/>
        </section>
    }
}
