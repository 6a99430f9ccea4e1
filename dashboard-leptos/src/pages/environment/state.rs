use edgewise_api::resources::PublicationStatus;
use leptos::{form::ActionForm, prelude::*};

use crate::{
    calls::Resume,
    components::{Differences, LiveState, Note, ProblemNote, Time, Tone},
    model::Comparison,
    problem::Problem,
};

/// What is live, and what keeps changes from being so.
#[component]
pub(super) fn State(
    /// The environment's id.
    id: String,
    status: PublicationStatus,
    resume: ServerAction<Resume>,
) -> impl IntoView {
    let held = status.held_at.clone().map(|since| {
        view! {
            <Note tone=Tone::Warning>
                <p>
                    "Rolled back " <Time at=since/> ". Changes since then are kept, and not live until publishing is resumed."
                </p>
                <div class="note-actions">
                    <ActionForm action=resume>
                        <input type="hidden" name="id" value=id/>
                        <button type="submit" class="button small" disabled=resume.pending()>"Resume publishing"</button>
                    </ActionForm>
                </div>
            </Note>
        }
    });
    let failing = status.error.clone().map(|problem| {
        view! {
            <Note tone=Tone::Bad>
                <p>"Changes cannot be published: " {problem}</p>
                <p>"What is live stays as it is. Publishing is tried again by itself, and after each change."</p>
            </Note>
        }
    });
    view! {
        {held}
        {failing}
        <section class="card state">
            <h2>"Live"</h2>
            <LiveState status/>
        </section>
    }
}

/// What a publish would make live.
#[component]
pub(super) fn Waiting(waiting: Result<Comparison, Problem>, status: PublicationStatus) -> impl IntoView {
    let (title, words) = match status.held_at {
        Some(_) => ("Waiting until publishing is resumed", "This becomes live when publishing is resumed."),
        None => ("Waiting to be published", "This becomes live with the next version."),
    };
    let shown = match waiting {
        Ok(comparison) => view! { <Differences comparison/> }.into_any(),
        Err(problem) => view! { <ProblemNote problem/> }.into_any(),
    };
    view! {
        <section class="card">
            <header>
                <h2>{title}</h2>
                <p class="quiet">{words}</p>
            </header>
            {shown}
        </section>
    }
}
