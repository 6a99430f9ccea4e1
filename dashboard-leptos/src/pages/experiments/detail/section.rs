//! The frame that parts of the page have in common.

use leptos::prelude::*;

use super::editing::Editing;
use crate::{calls::ExperimentPart, components::ProblemNote};

/// A part of the page that is saved by itself.
#[component]
pub(super) fn Section(
    id: &'static str,
    title: &'static str,
    /// What it is about.
    about: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="card part" id=id aria-labelledby=format!("{id}-title")>
            <header>
                <div>
                    <h2 id=format!("{id}-title")>{title}</h2>
                    <p class="quiet">{about}</p>
                </div>
            </header>
            {children()}
        </section>
    }
}

/// The foot of a section: what went wrong, and what to do with the changes.
#[component]
pub(super) fn SectionFoot(
    editing: Editing,
    part: ExperimentPart,
    /// Whether there are any.
    #[prop(into)]
    changed: Signal<bool>,
    /// What the button says that saves them.
    label: &'static str,
    /// What keeps them from being saved.
    #[prop(optional, into)]
    blocked: Signal<bool>,
    save: impl Fn() + 'static,
    discard: impl Fn() + 'static,
) -> impl IntoView {
    view! {
        {move || {
            let problem = editing.problem_of(part)?;
            // What is said beside a field need not be said again.
            let is_beside_field = problem.field().is_some_and(|field| match part {
                ExperimentPart::Allocations => false,
                ExperimentPart::Variants => field.contains('.'),
                _ => true,
            });
            (!is_beside_field).then(|| view! { <ProblemNote problem/> })
        }}
        <footer class="part-foot needs-script">
            <span class="part-state" aria-live="polite">{move || if changed.get() { "Unsaved changes" } else { "" }}</span>
            <button
                type="button"
                class="button plain"
                disabled=move || !changed.get() || editing.is_busy()
                on:click=move |_| {
                    editing.forget_problem(part);
                    discard();
                }
            >
                "Discard"
            </button>
            <button
                type="button"
                class="button primary"
                disabled=move || !changed.get() || blocked.get() || editing.is_busy()
                on:click=move |_| save()
            >
                {label}
            </button>
        </footer>
    }
}
