//! The list of environments.

use leptos::prelude::*;

use crate::{
    calls::RenderEnvironments,
    components::{Connection, Icon, PageHead, Symbol},
    html::Html,
    model::links,
    pages::loaded::Loaded,
    transport::Loading,
};

/// The page with the list of environments.
#[component]
pub(crate) fn Environments() -> impl IntoView {
    let updates = Connection::from_context().updates;
    let environments = Loading::with_updates(|| RenderEnvironments {}, move || updates.get());
    view! {
        <PageHead title="Environments">
            <a class="button primary" href=links::NEW_ENVIRONMENT.url()><Icon symbol=Symbol::Add/> "New environment"</a>
        </PageHead>
        <Loaded from=environments render=Html::view/>
    }
}
