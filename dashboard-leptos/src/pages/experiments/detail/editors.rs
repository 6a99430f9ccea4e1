//! What the page displays later than itself: a part of the module of its own, with all that edits the experiment.

use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};

use super::{
    allocation::AllocationSection, conflict::ConflictNote, danger::Danger, details::DetailsForm,
    editing::Editing, state::PublicationNotes, targeting::TargetingSection, variants::VariantsSection,
};

/// Begins editing, and renders the note that unsaved changes were restored.
#[wasm_split(editors, wasm_split_path = ::leptos::wasm_split, fallible)]
pub(super) fn begin(editing: Editing) -> Result<AnyView, SplitLoaderError> {
    Ok(editing.begin())
}

/// Renders the sections that edit the experiment.
#[wasm_split(editors, wasm_split_path = ::leptos::wasm_split, fallible)]
pub(super) fn sections(editing: Editing) -> Result<AnyView, SplitLoaderError> {
    Ok(view! {
        <VariantsSection editing/>
        <AllocationSection editing/>
        <TargetingSection editing/>
    }
    .into_any())
}

/// Renders the form that edits name and description.
#[wasm_split(editors, wasm_split_path = ::leptos::wasm_split, fallible)]
pub(super) fn details_form(editing: Editing, open: RwSignal<bool>) -> Result<AnyView, SplitLoaderError> {
    Ok(view! {
        <fieldset class="parts" disabled=Signal::derive(move || editing.is_read_only())>
            <DetailsForm editing close=move || open.set(false)/>
        </fieldset>
    }
    .into_any())
}

/// Renders the note that somebody else changed what is edited here.
#[wasm_split(editors, wasm_split_path = ::leptos::wasm_split, fallible)]
pub(super) fn conflict_note(editing: Editing) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <ConflictNote editing/> }.into_any())
}

/// Renders the notes that explain why changes are not live.
#[wasm_split(editors, wasm_split_path = ::leptos::wasm_split, fallible)]
pub(super) fn publication_notes(editing: Editing) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <PublicationNotes editing/> }.into_any())
}

/// Renders the section that deletes the experiment.
#[wasm_split(editors, wasm_split_path = ::leptos::wasm_split, fallible)]
pub(super) fn danger(editing: Editing) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <Danger editing/> }.into_any())
}

/// Loads the part.
#[wasm_split(editors, wasm_split_path = ::leptos::wasm_split, fallible)]
pub(super) fn load() -> Result<(), SplitLoaderError> {
    Ok(())
}
