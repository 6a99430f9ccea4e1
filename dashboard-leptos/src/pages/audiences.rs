//! The audiences of all environments.

use leptos::prelude::*;

use crate::components::PageHead;

/// The page.
#[component]
pub(crate) fn Audiences() -> impl IntoView {
    view! { <PageHead title="Audiences"/> }
}
