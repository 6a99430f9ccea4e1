//! How all environments are doing.

use leptos::prelude::*;

use super::loaded::Loaded;
use crate::{
    calls::ShowOverview,
    components::{Connection, Icon, PageHead, Symbol},
    html::Html,
    model::links,
    transport::Loading,
};

/// The page.
#[component]
pub(crate) fn Overview() -> impl IntoView {
    let news = Connection::of_page().news;
    let overview = Loading::with_news(|| ShowOverview {}, move || news.get());
    view! {
        <PageHead title="Overview">
            <a class="button primary" href=links::NEW_EXPERIMENT><Icon symbol=Symbol::Add/> "New experiment"</a>
        </PageHead>
        <Loaded from=overview show=Html::show/>
    }
}
