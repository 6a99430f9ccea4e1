use edgewise_api::{FieldPath, resources::ExperimentPatch};
use leptos::prelude::*;

use super::{editing::Editing, section::SectionFoot};
use crate::{
    calls::ExperimentPart,
    components::{Field, handle_input},
    model::ExperimentChange,
};

/// The form that edits name and description.
#[component]
pub(super) fn DetailsForm(
    editing: Editing,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let (name, description) = (editing.name.current, editing.description.current);
    let problem = move |field: &'static str| {
        Signal::derive(move || editing.problem_of(ExperimentPart::Details)?.for_field(&FieldPath::of(field)))
    };
    let save = move || {
        let patch = ExperimentPatch {
            name: Some(name.get_untracked()),
            description: Some(description.get_untracked()),
            ..ExperimentPatch::default()
        };
        editing.save(ExperimentChange::Details(patch), "Name and description saved");
    };
    // Closes the form when it has been saved.
    let saved = move || (editing.name.saved.get(), editing.description.saved.get());
    Effect::new(move |before: Option<(String, String)>| {
        let now = saved();
        if before.is_some_and(|before| before != now) && !editing.details_changed.get_untracked() {
            close();
        }
        now
    });
    view! {
        <section class="card" aria-label="Name and description">
            <div class="form details-form">
                <Field id="experiment-name" label="Name" problem=problem("name")>
                    <input
                        id="experiment-name"
                        autocomplete="off"
                        aria-describedby="experiment-name-note"
                        prop:value=name
                        on:input=handle_input(move |event| name.set(event_target_value(&event)))
                    />
                </Field>
                <Field id="experiment-description" label="Description" hint="The purpose and the expected result" problem=problem("description")>
                    <textarea
                        id="experiment-description"
                        class="prose"
                        rows="2"
                        aria-describedby="experiment-description-note"
                        prop:value=description
                        on:input=handle_input(move |event| description.set(event_target_value(&event)))
                    ></textarea>
                </Field>
            </div>
            <SectionFoot
                editing
                part=ExperimentPart::Details
                changed=editing.details_changed
                label="Save"
                save=save
                discard=move || {
                    editing.name.discard();
                    editing.description.discard();
                    close();
                }
            />
        </section>
    }
}
