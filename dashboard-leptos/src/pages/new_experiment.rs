//! Making an experiment, step by step.

use leptos::prelude::*;

use crate::components::PageHead;

/// The page.
#[component]
pub(crate) fn NewExperiment() -> impl IntoView {
    view! { <PageHead title="New experiment"/> }
}
