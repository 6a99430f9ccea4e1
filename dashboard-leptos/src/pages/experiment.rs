//! An experiment, and all that can be done with it.

use leptos::prelude::*;

use crate::components::PageHead;

/// The page.
#[component]
pub(crate) fn ExperimentPage() -> impl IntoView {
    view! { <PageHead title="Experiment"/> }
}
