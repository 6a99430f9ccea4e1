//! The list of audiences, of one environment or of all.

use edgewise_api::resources::Environment;
use leptos::{ev, prelude::*};
use leptos_router::hooks::use_query_map;

use crate::{
    calls::{ListEnvironments, RenderAudiences},
    components::{Connection, Icon, PageHead, Symbol},
    html::Html,
    model::links,
    pages::{loaded::Loaded, navigation::navigator, selection::announcing},
    transport::Loading,
};

/// The page with the list of audiences.
#[component]
pub(crate) fn Audiences() -> impl IntoView {
    let updates = Connection::from_context().updates;
    let query = use_query_map();
    let environment = Memo::new(move |_| {
        query.with(|query| query.get("environment")).filter(|environment| !environment.is_empty())
    });
    let page = Memo::new(move |_| {
        let page = query.with(|query| query.get("page")).and_then(|page| page.parse::<u64>().ok());
        page.unwrap_or(1).clamp(1, 1_000_000)
    });
    let environments = Loading::new(|| ListEnvironments {});
    let request = move || RenderAudiences { environment_id: environment.get(), page: page.get() };
    let audiences = Loading::with_updates(request, move || updates.get());
    let selected = Signal::derive(move || {
        environment.track();
        format!("Audiences, page {}", page.get())
    });
    let new = move || links::new_audience(environment.get().as_deref());
    view! {
        <PageHead title="Audiences">
            <a class="button primary" href=new><Icon symbol=Symbol::Add/> "New audience"</a>
        </PageHead>
        <Loaded from=environments rows=1 render={move |environments: Vec<Environment>| {
            view! { <Filter environments chosen=environment.into()/> }
        }}/>
        <Loaded from=audiences on_shown=announcing(selected) render=Html::view/>
    }
}

/// The filter by environment.
#[component]
fn Filter(environments: Vec<Environment>, chosen: Signal<Option<String>>) -> impl IntoView {
    let navigate = navigator(false);
    let choose = move |event: ev::Event| {
        let id = event_target_value(&event);
        let chosen = (!id.is_empty()).then_some(id.as_str());
        navigate(&links::audiences(chosen, 1));
    };
    let first = chosen.get_untracked().unwrap_or_default();
    let options: Vec<_> = environments
        .into_iter()
        .map(|environment| {
            let selected = environment.id == first;
            view! { <option value=environment.id selected=selected>{environment.name}</option> }
        })
        .collect();
    view! {
        <form class="audience-filter" method="get" action=links::AUDIENCES.url()>
            <label>
                <span>"Environment"</span>
                <select name="environment" autocomplete="off" prop:value=move || chosen.get().unwrap_or_default() on:change=choose>
                    <option value="">"All"</option>
                    {options}
                </select>
            </label>
            <button type="submit" class="button without-script">"Show"</button>
        </form>
    }
}
