use edgewise_api::resources::{PublicationStatus, Status};
use leptos::prelude::*;

use super::Time;

/// The saved status of an experiment, and what is live where it differs.
#[component]
pub(crate) fn StatusPill(
    status: Status,
    /// What is live, in words that follow the status. `None` if what is live is what is saved.
    live: Option<String>,
) -> impl IntoView {
    let (class, name) = match status {
        Status::Draft => ("pill draft", "Draft"),
        Status::Running => ("pill running", "Running"),
        Status::Paused => ("pill paused", "Paused"),
        Status::Archived => ("pill archived", "Archived"),
    };
    let (class, words) = match live {
        Some(live) => ("pill held wraps", format!("{name}: {live}")),
        None => (class, name.to_owned()),
    };
    view! { <span class=class>{words}</span> }
}

/// The class and the words of changes that are being published.
const PUBLISHING: (&str, &str) = ("pill paused", "Publishing…");

/// The live version of an environment, and whether all changes are published.
#[component]
pub(crate) fn LiveState(
    status: PublicationStatus,
    /// Whether a change of this page is being published, which the status does not say yet.
    #[prop(optional, into)]
    publishing: Signal<bool>,
) -> impl IntoView {
    let (class, words) = match &status {
        PublicationStatus { error: Some(_), .. } => ("pill failed", "Publishing fails"),
        PublicationStatus { held_at: Some(_), .. } => ("pill held", "On hold after a rollback"),
        PublicationStatus { unpublished: true, .. } | PublicationStatus { pending_version: Some(_), .. } => {
            PUBLISHING
        }
        PublicationStatus { live_version: None, .. } => ("pill draft", "Nothing published yet"),
        _ => ("pill running", "Up to date"),
    };
    let live = status.live_version.map(|version| {
        view! {
            <span class="live-version">
                "Version " {version} {status.published_at.map(|at| view! { " · " <Time at=at/> })}
            </span>
        }
    });
    let shown = Signal::derive(move || if publishing.get() { PUBLISHING } else { (class, words) });
    let (class, words) = (Signal::derive(move || shown.get().0), Signal::derive(move || shown.get().1));
    view! { <span class="live-state">{live} <span class=class>{words}</span></span> }
}
