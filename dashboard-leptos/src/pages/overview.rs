//! The overview: the status of all environments.

use leptos::prelude::*;

use super::loaded::Loaded;
use crate::{
    calls::RenderOverview,
    components::{Connection, Icon, PageHead, Symbol},
    html::Html,
    model::links,
    transport::Loading,
};

/// The overview page.
#[component]
pub(crate) fn Overview() -> impl IntoView {
    let updates = Connection::from_context().updates;
    let overview = Loading::with_updates(|| RenderOverview {}, move || updates.get());
    view! {
        <PageHead title="Overview">
            <a class="button primary" href=links::NEW_EXPERIMENT.url()><Icon symbol=Symbol::Add/> "New experiment"</a>
        </PageHead>
        <Loaded from=overview render=Html::view/>
    }
}
