//! The frame of a section.

use leptos::prelude::*;

use super::{
    editing::{Editing, Pressed},
    saving::focus_foot,
};
use crate::{
    calls::ExperimentPart,
    components::{ProblemNote, dynamic, flag, handle_click},
};

/// A section of the page that is saved separately.
#[component]
pub(super) fn Section(
    id: &'static str,
    title: &'static str,
    /// A description of the section.
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

/// The footer of a section: the problem, and the buttons to save or discard changes.
#[component]
pub(super) fn SectionFoot(
    editing: Editing,
    part: ExperimentPart,
    /// Whether the section has unsaved changes.
    #[prop(into)]
    changed: Signal<bool>,
    /// The label of the save button.
    label: &'static str,
    /// Whether the changes cannot be saved as they are.
    #[prop(optional, into)]
    blocked: Signal<bool>,
    /// Why the changes cannot be saved as they are, and what to do, where no field says it. Empty if they can.
    #[prop(optional, into)]
    reason: Signal<String>,
    save: impl Fn() + Send + 'static,
    discard: impl Fn() + Send + 'static,
) -> impl IntoView {
    let changed = flag(move || changed.get());
    let save = move |_| {
        if !editing.is_busy_now() {
            save();
        }
    };
    let label =
        Signal::derive(
            move || {
                if editing.is_pressed(Pressed::Save(part)) { editing.progress(part) } else { label }
            },
        );
    view! {
        {dynamic(move || {
            let problem = editing.problem_of(part)?;
            // A problem that is displayed next to its field is not repeated.
            let is_beside_field = problem.field().is_some_and(|field| match part {
                ExperimentPart::Allocations => false,
                // The fields of a variant, such as `create[0].key`.
                ExperimentPart::Variants => field.steps().len() > 2,
                _ => !field.steps().is_empty(),
            });
            (!is_beside_field).then(|| view! { <ProblemNote problem/> }.into_any())
        })}
        <footer class="part-foot needs-script" tabindex="-1" class:sticky=changed>
            <span class="part-state" aria-live="polite">
                {Signal::derive(move || match reason.get() {
                    reason if reason.is_empty() && changed.get() => "Unsaved changes".to_owned(),
                    reason => reason,
                })}
            </span>
            <button
                type="button"
                class="button plain"
                disabled=Signal::derive(move || !changed.get() || editing.is_busy())
                on:click=handle_click(move |_| {
                    editing.clear_problem(part);
                    discard();
                    focus_foot(part);
                })
            >
                "Discard"
            </button>
            <button
                type="button"
                class="button primary"
                disabled=Signal::derive(move || !changed.get() || blocked.get() || reason.with(|reason| !reason.is_empty()) || editing.is_busy())
                on:click=handle_click(save)
            >
                {label}
            </button>
        </footer>
    }
}
