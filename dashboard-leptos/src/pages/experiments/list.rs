//! The list of experiments: search, filters, order and page stand in its URL.

use edgewise_api::resources::{Environment, Status};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use crate::{
    calls::{ListEnvironments, ShowExperiments},
    components::{Connection, Icon, PageHead, Symbol},
    html::Html,
    model::{List, links},
    pages::loaded::Loaded,
    transport::Loading,
};

/// How long nothing must be typed before it is searched for.
const TYPING: std::time::Duration = std::time::Duration::from_millis(200);

/// The page.
#[component]
pub(crate) fn Experiments() -> impl IntoView {
    let parameters = use_query_map();
    let list = Memo::new(move |_| parameters.with(|parameters| List::of(|name| parameters.get(name))));
    let news = Connection::of_page().news;
    let asked =
        move || ShowExperiments { query: list.get().url().trim_start_matches(links::EXPERIMENTS).to_owned() };
    let found = Loading::with_news(asked, move || news.get());
    let environments = Loading::new(|| ListEnvironments {});
    view! {
        <PageHead title="Experiments">
            <a class="button primary" href=move || links::new_experiment(&list.get().environment)>
                <Icon symbol=Symbol::Add/> "New experiment"
            </a>
        </PageHead>
        <Loaded from=environments rows=1 show={move |environments: Vec<Environment>| {
            view! { <Filters list environments/> }
        }}/>
        <Loaded from=found rows=8 show=Html::show/>
    }
}

/// What is searched for. A form that asks for the page again; with scripts it does so as one types and chooses.
#[component]
fn Filters(list: Memo<List>, environments: Vec<Environment>) -> impl IntoView {
    let navigate = use_navigate();
    let go = move |list: List| {
        navigate(&list.url(), NavigateOptions { replace: true, scroll: false, ..Default::default() });
    };
    let now = list.get_untracked();
    // What is being typed is ahead of the URL, and must not be taken back to it.
    let typed = RwSignal::new(now.text.clone());
    Effect::new(move |_| {
        let text = list.with(|list| list.text.clone());
        if typed.with_untracked(|typed| typed.trim() != text) {
            typed.set(text);
        }
    });
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(waiting) = waiting.try_update_value(Option::take).flatten() {
            waiting.clear();
        }
    };
    on_cleanup(stop);
    let search = {
        let go = go.clone();
        move || {
            stop();
            if let (Some(list), Some(text)) = (list.try_get_untracked(), typed.try_get_untracked()) {
                go(List { text: text.trim().to_owned(), page: 1, ..list });
            }
        }
    };
    let on_input = {
        let search = search.clone();
        move |event| {
            typed.set(event_target_value(&event));
            stop();
            waiting.set_value(set_timeout_with_handle(search.clone(), TYPING).ok());
        }
    };
    let by_status = {
        let go = go.clone();
        move |event| {
            let status = Status::from_name(&event_target_value(&event));
            go(List { status, page: 1, ..list.get_untracked() });
        }
    };
    let by_environment =
        move |event| go(List { environment: event_target_value(&event), page: 1, ..list.get_untracked() });
    let statuses = Status::ALL.map(|status| {
        let name = match status {
            Status::Draft => "Draft",
            Status::Running => "Running",
            Status::Paused => "Paused",
            Status::Archived => "Archived",
        };
        view! { <option value=status.name() selected={now.status == Some(status)}>{name}</option> }
    });
    let environments = environments.into_iter().map(|environment| {
        let selected = environment.id == now.environment;
        view! { <option value=environment.id selected=selected>{environment.name}</option> }
    });
    view! {
        <form class="filters" role="search" method="get" action=links::EXPERIMENTS on:submit=move |event| {
            event.prevent_default();
            search();
        }>
            <div class="search">
                <Icon symbol=Symbol::Search/>
                <input
                    type="search" name="q" aria-label="Search by name or key" placeholder="Search by name or key"
                    autocomplete="off" spellcheck="false" maxlength="256" value=now.text prop:value=typed on:input=on_input
                />
                <kbd class="needs-script" aria-hidden="true">"/"</kbd>
            </div>
            <select name="status" aria-label="Status" prop:value=move || list.with(|list| list.status.map_or("", Status::name)) on:change=by_status>
                <option value="">"Any status"</option>
                {statuses.into_iter().collect_view()}
            </select>
            <select name="environment" aria-label="Environment" prop:value=move || list.with(|list| list.environment.clone()) on:change=by_environment>
                <option value="">"All environments"</option>
                {environments.collect_view()}
            </select>
            <input type="hidden" name="sort" value=move || list.with(List::sort_name)/>
            <input type="hidden" name="order" value=move || list.with(List::order_name)/>
            <button class="button without-script">"Search"</button>
        </form>
    }
}
