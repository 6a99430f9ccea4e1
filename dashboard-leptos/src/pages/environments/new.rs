//! The page to create an environment.

use edgewise_api::FieldPath;
use leptos::{
    prelude::*,
    wasm_split::{SplitLoaderError, wasm_split},
};

use crate::{
    calls::CreateEnvironment,
    components::{Bound, ChangeForm, FieldInput, FieldRow, PageHead, ProblemNote, dynamic},
    model::links,
    transport::Change,
};

const NAME: FieldRow = FieldRow::new("name", "Name", FieldInput::Code)
    .hint("Letters, digits, dots, hyphens and underscores. Code refers to the environment by this name")
    .max_chars(63)
    .sent_as("name")
    .required();

/// Renders the form to create an environment. Few open it, so its code is beside that of another form.
#[wasm_split(audience, wasm_split_path = ::leptos::wasm_split, fallible)]
pub(super) fn new_environment(create: Change<CreateEnvironment>) -> Result<AnyView, SplitLoaderError> {
    Ok(view! { <NewEnvironment create/> }.into_any())
}

/// The form to create an environment. The response redirects to the page of the environment, so the caller handles it.
#[component]
fn NewEnvironment(create: Change<CreateEnvironment>) -> impl IntoView {
    let problem = Signal::derive(move || create.problem()?.for_field(&FieldPath::of("name")));
    let other_problem = move || {
        let problem = create.problem().filter(|problem| problem.field().is_none())?;
        Some(view! { <ProblemNote problem/> }.into_any())
    };
    view! {
        <PageHead title="New environment" parent=(links::ENVIRONMENTS, "Environments")/>
        <ChangeForm change=create.submission() attr:class="card form narrow">
            {NAME.text(Bound { problem, ..Bound::new("name", RwSignal::default()) })}
            {dynamic(other_problem)}
            <footer class="part-foot">
                <span class="part-state"></span>
                <button type="submit" class="button primary" disabled=create.pending()>"Create environment"</button>
            </footer>
        </ChangeForm>
    }
}
