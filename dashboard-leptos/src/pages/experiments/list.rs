//! The list of experiments. The URL holds search text, filters, order and page.

use edgewise_api::resources::{Environment, Status};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use leptos_router::hooks::use_query_map;

use crate::{
    calls::{ListEnvironments, RenderExperiments},
    components::{Connection, Icon, PageHead, Symbol},
    html::Html,
    model::{List, links},
    pages::{loaded::Loaded, navigation::navigator, selection::announcing},
    transport::Loading,
};

/// The delay between the last key press and the search.
const SEARCH_DELAY: std::time::Duration = std::time::Duration::from_millis(200);

/// The page with the list of experiments.
#[component]
pub(crate) fn Experiments() -> impl IntoView {
    let parameters = use_query_map();
    let list = Memo::new(move |_| parameters.with(|parameters| List::of(|name| parameters.get(name))));
    let updates = Connection::from_context().updates;
    let request = move || RenderExperiments { query: list.get().query() };
    let found = Loading::with_updates(request, move || updates.get());
    let environments = Loading::new(|| ListEnvironments {});
    let selected = Signal::derive(move || format!("Experiments, page {}", list.with(|list| list.page)));
    view! {
        <PageHead title="Experiments">
            <a class="button primary" href=move || links::new_experiment(&list.get().environment)>
                <Icon symbol=Symbol::Add/> "New experiment"
            </a>
        </PageHead>
        <Loaded from=environments rows=1 render={move |environments: Vec<Environment>| {
            view! { <Filters list environments/> }
        }}/>
        <Loaded from=found rows=8 on_shown=announcing(selected) render=Html::view/>
    }
}

/// The search form. With scripts, it searches on every input.
#[component]
fn Filters(list: Memo<List>, environments: Vec<Environment>) -> impl IntoView {
    let replace = navigator(true);
    let initial = list.get_untracked();
    // The input is ahead of the URL, and must not be reset to it.
    let typed = RwSignal::new(initial.text.clone());
    Effect::new(move |_| {
        let text = list.with(|list| list.text.clone());
        if typed.with_untracked(|typed| typed.trim() != text) {
            typed.set(text);
        }
    });
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let cancel = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    on_cleanup(cancel);
    // Every change of the list also searches for what has been typed.
    let change = move |change: &dyn Fn(List) -> List| {
        cancel();
        if let (Some(list), Some(text)) = (list.try_get_untracked(), typed.try_get_untracked()) {
            replace(&change(List { text: text.trim().to_owned(), page: 1, ..list }).url());
        }
    };
    let search = {
        let change = change.clone();
        move || change(&|list| list)
    };
    let on_input = {
        let search = search.clone();
        move |event| {
            typed.set(event_target_value(&event));
            cancel();
            timer.set_value(set_timeout_with_handle(search.clone(), SEARCH_DELAY).ok());
        }
    };
    let by_status = {
        let change = change.clone();
        move |event| {
            let status = Status::from_name(&event_target_value(&event));
            change(&|list| List { status, ..list });
        }
    };
    let by_environment = move |event| {
        let environment = event_target_value(&event);
        change(&|list| List { environment: environment.clone(), ..list });
    };
    let statuses = Status::ALL.map(|status| {
        let name = match status {
            Status::Draft => "Draft",
            Status::Running => "Running",
            Status::Paused => "Paused",
            Status::Archived => "Archived",
        };
        view! { <option value=status.name() selected={initial.status == Some(status)}>{name}</option> }
    });
    let environments = environments.into_iter().map(|environment| {
        let selected = environment.id == initial.environment;
        view! { <option value=environment.id selected=selected>{environment.name}</option> }
    });
    view! {
        <form class="filters" role="search" method="get" action=links::EXPERIMENTS.url() on:submit=move |event| {
            event.prevent_default();
            search();
        }>
            <div class="search">
                <Icon symbol=Symbol::Search/>
                <input
                    type="search" name="q" aria-label="Search by name or key" placeholder="Search by name or key"
                    autocomplete="off" spellcheck="false" maxlength="256" value=initial.text prop:value=typed on:input=on_input
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
