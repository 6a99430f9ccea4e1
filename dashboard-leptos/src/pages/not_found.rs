use leptos::prelude::*;

use crate::{
    components::{Empty, PageHead},
    model::links,
};

/// The page for unknown paths.
#[component]
pub(crate) fn NotFoundPage() -> impl IntoView {
    view! { <NotFound problem="This page does not exist. Check the address."/> }
}

/// A message that something was not found, with a link to the overview.
#[component]
pub(super) fn NotFound(#[prop(into)] problem: String) -> impl IntoView {
    #[cfg(not(target_family = "wasm"))]
    crate::server::context::set_status(404);
    view! {
        <PageHead title="Not found"/>
        <Empty title="Nothing was found at this address">
            <p>{problem}</p>
            <a class="button" href=links::OVERVIEW.url()>"Go to the overview"</a>
        </Empty>
    }
}
