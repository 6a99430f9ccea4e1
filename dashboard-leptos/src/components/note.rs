use leptos::prelude::*;

use super::{Connection, Icon, Symbol};
use crate::problem::Problem;

/// The severity of a note or toast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    #[default]
    Info,
    Good,
    Warning,
    Bad,
}

impl Tone {
    /// The CSS class.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }

    pub(crate) const fn symbol(self) -> Symbol {
        match self {
            Self::Info => Symbol::Info,
            Self::Good => Symbol::Check,
            Self::Warning | Self::Bad => Symbol::Warning,
        }
    }
}

/// A note that stays on the page. The last child of the note may hold actions (`class="note-actions"`).
#[component]
pub(crate) fn Note(#[prop(optional)] tone: Tone, children: Children) -> impl IntoView {
    let role = if tone == Tone::Bad { "alert" } else { "note" };
    view! {
        <div class=format!("note {}", tone.class()) role=role>
            <Icon symbol=tone.symbol()/>
            <div>{children()}</div>
        </div>
    }
}

/// Renders a text. The parts between backticks are code.
pub(crate) fn with_code(text: &str) -> AnyView {
    let part = |(place, part): (usize, &str)| {
        let part = part.to_owned();
        if place % 2 == 1 { view! { <code>{part}</code> }.into_any() } else { part.into_any() }
    };
    text.split('`').enumerate().map(part).collect_view().into_any()
}

/// A note with a problem that the server reported. That the server cannot be reached is shown until it is reached.
#[component]
pub(crate) fn ProblemNote(problem: Problem) -> impl IntoView {
    let updates = Connection::from_context().updates;
    let before = updates.get_untracked();
    let (sentence, is_temporary) = (problem.sentence(), problem.is_without_response());
    let is_past = move || is_temporary && updates.get() != before;
    move || {
        let sentence = sentence.clone();
        (!is_past()).then(|| view! { <Note tone=Tone::Bad>{sentence}</Note> })
    }
}

/// A note that is displayed while the server cannot be reached.
#[component]
pub(crate) fn ConnectionNote() -> impl IntoView {
    let connection = Connection::from_context();
    view! {
        <Show when=move || !connection.is_connected.get()>
            <Note tone=Tone::Warning>
                "The server cannot be reached. This page may be out of date. The page reconnects automatically."
            </Note>
        </Show>
    }
}

/// The placeholder of an empty list: the reason, and the first step.
#[component]
pub(crate) fn Empty(
    #[prop(into)] title: String,
    /// The first step, with a link or button.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>{title}</h2>
            {children()}
        </div>
    }
}

/// The placeholder of rows that are loading.
#[component]
pub(crate) fn Skeleton(#[prop(default = 3)] rows: usize) -> impl IntoView {
    let row = |_| view! { <div class="skeleton-row"></div> };
    view! {
        <div class="skeleton" role="status" aria-label="Loading">
            {(0..rows).map(row).collect_view()}
        </div>
    }
}
