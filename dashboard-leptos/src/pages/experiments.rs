//! The list of experiments: search, filters, order and page stand in its URL.

use leptos::prelude::*;

use crate::components::PageHead;

/// The page.
#[component]
pub(crate) fn Experiments() -> impl IntoView {
    view! { <PageHead title="Experiments"/> }
}
