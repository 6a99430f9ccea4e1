use leptos::prelude::*;

use super::{Icon, Symbol};
use crate::problem::Problem;

/// What a note is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Something to know.
    #[default]
    Info,
    /// It went well.
    Good,
    /// Something to look after.
    Warning,
    /// Something that failed.
    Bad,
}

impl Tone {
    /// Its name in the styles.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }

    /// Its icon.
    pub(crate) const fn symbol(self) -> Symbol {
        match self {
            Self::Info => Symbol::Info,
            Self::Good => Symbol::Check,
            Self::Warning | Self::Bad => Symbol::Warning,
        }
    }
}

/// A remark that stays, with what can be done about it as its last child (`class="note-actions"`).
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

/// What went wrong, in the server's words.
#[component]
pub(crate) fn ProblemNote(problem: Problem) -> impl IntoView {
    view! { <Note tone=Tone::Bad>{problem.words()}</Note> }
}

/// What stands where there is nothing yet: why, and what to do first.
#[component]
pub(crate) fn Empty(
    #[prop(into)] title: String,
    /// What to do, with the link or button to do it.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>{title}</h2>
            {children()}
        </div>
    }
}

/// What stands in for rows that are being loaded.
#[component]
pub(crate) fn Skeleton(#[prop(default = 3)] rows: usize) -> impl IntoView {
    let row = |_| view! { <div class="skeleton-row"></div> };
    view! {
        <div class="skeleton" role="status" aria-label="Loading">
            {(0..rows).map(row).collect_view()}
        </div>
    }
}
