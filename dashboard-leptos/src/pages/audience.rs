//! An audience: its rules, and where it is used; and making one.

use leptos::prelude::*;

use crate::components::PageHead;

/// The page.
#[component]
pub(crate) fn AudiencePage() -> impl IntoView {
    view! { <PageHead title="Audience"/> }
}
