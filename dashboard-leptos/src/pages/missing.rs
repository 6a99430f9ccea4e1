use leptos::prelude::*;

use crate::{
    components::{Empty, PageHead},
    model::links,
};

/// Stands where there is no page.
#[component]
pub(crate) fn Missing() -> impl IntoView {
    view! { <NotThere problem="There is no such page: its address is mistyped, or it has moved."/> }
}

/// Says what is not there, and where to go on.
#[component]
pub(super) fn NotThere(#[prop(into)] problem: String) -> impl IntoView {
    #[cfg(not(target_family = "wasm"))]
    crate::server::context::set_status(404);
    view! {
        <PageHead title="Not found"/>
        <Empty title="Nothing here">
            <p>{problem}</p>
            <a class="button" href=links::OVERVIEW>"Go to the overview"</a>
        </Empty>
    }
}
