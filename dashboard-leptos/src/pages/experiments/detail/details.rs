use edgewise_api::{FieldPath, limits, resources::ExperimentPatch};
use leptos::prelude::*;

use super::{editing::Editing, section::SectionFoot};
use crate::{
    calls::ExperimentPart,
    components::{Bound, FieldInput, FieldRow},
    model::ExperimentChange,
};

const NAME: FieldRow = FieldRow::new("name", "Name", FieldInput::Line);
const DESCRIPTION: FieldRow = FieldRow::new("description", "Description", FieldInput::Prose(2))
    .hint("The purpose and the expected result")
    .max_chars(limits::DESCRIPTION_CHARS);

/// The form that edits name and description.
#[component]
pub(super) fn DetailsForm(
    editing: Editing,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let (name, description) = (editing.name.current, editing.description.current);
    let field = move |row: FieldRow, id: &str, value: RwSignal<String>| {
        let problem = Signal::derive(move || {
            editing.problem_of(ExperimentPart::Details)?.for_field(&FieldPath::of(row.name))
        });
        row.text(Bound { problem, ..Bound::new(id, value) })
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
                {field(NAME, "experiment-name", name)}
                {field(DESCRIPTION, "experiment-description", description)}
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
