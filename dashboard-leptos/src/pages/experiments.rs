//! The list of experiments: search, filters, order and page stand in its URL.

use edgewise_api::{
    page::Page,
    resources::{Environment, ExperimentSort, ExperimentSummary, Status},
};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use super::Loaded;
use crate::{
    at_once::IntoAny,
    calls,
    components::{Connection, Empty, Icon, PageHead, Pages, Part, SplitBar, StatusPill, Symbol, Time},
    model::{List, Split},
};

/// How long nothing must be typed before it is searched for.
const TYPING: std::time::Duration = std::time::Duration::from_millis(200);

/// The page.
#[component]
pub(crate) fn Experiments() -> impl IntoView {
    let parameters = use_query_map();
    let list = Memo::new(move |_| parameters.with(|parameters| List::of(|name| parameters.get(name))));
    let news = Connection::of_page().news;
    let found = Resource::new(
        move || (list.get().url(), news.get()),
        |(url, _)| calls::find_experiments(url.trim_start_matches(List::PATH).to_owned()),
    );
    let environments = Resource::new(|| (), |()| calls::list_environments());
    view! {
        <PageHead title="Experiments">
            <a class="button primary" href=move || new_experiment(&list.get())>
                <Icon symbol=Symbol::Add/> "New experiment"
            </a>
        </PageHead>
        <Loaded from=environments rows=1 show={move |environments: Vec<Environment>| {
            view! { <Filters list environments/> }
        }}/>
        <Loaded from=found rows=8 show={move |found: Page<ExperimentSummary>| {
            let list = list.get_untracked();
            if !found.data.is_empty() {
                view! { <Found list found/> }.into_any()
            } else if list.is_filtered() || list.page > 1 {
                view! { <NoneMatch list/> }.into_any()
            } else {
                view! { <NoneYet/> }.into_any()
            }
        }}/>
    }
}

/// Where one is made, in the environment that is looked at.
fn new_experiment(list: &List) -> String {
    if list.environment.is_empty() {
        "/experiments/new".to_owned()
    } else {
        format!("/experiments/new?environment={}", list.environment)
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
        <form class="filters" role="search" method="get" action=List::PATH on:submit=move |event| {
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

/// Those that are found.
#[component]
fn Found(list: List, found: Page<ExperimentSummary>) -> impl IntoView {
    let head = |name: &'static str, sort: ExperimentSort| {
        let order = (sort == list.sort).then_some(list.descending);
        let sorted = match order {
            Some(true) => "descending",
            Some(false) => "ascending",
            None => "none",
        };
        let symbol = if order == Some(false) { Symbol::Up } else { Symbol::Down };
        view! {
            <th scope="col" aria-sort=sorted>
                <a href=list.sorted_by(sort).url()>{name} <Icon symbol=symbol/></a>
            </th>
        }
    };
    let rows = found.data.into_iter().map(row).collect_view();
    view! {
        <div class="table listed">
            <table>
                <thead>
                    <tr>
                        {head("Name", ExperimentSort::Name)}
                        {head("Status", ExperimentSort::Status)}
                        <th scope="col">"Environment"</th>
                        <th scope="col" class="listed-split">"Split"</th>
                        {head("Updated", ExperimentSort::Updated)}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <Pages pagination=found.pagination url=move |page| list.at(page).url()/>
    }
}

fn row(experiment: ExperimentSummary) -> impl IntoView {
    let ExperimentSummary { id, key, name, status, environment, updated_at, variants, allocations } =
        experiment;
    let count = variants.len();
    let parts: Vec<_> =
        variants.into_iter().map(|variant| Part { id: variant.id, name: variant.name }).collect();
    let variants = match count {
        0 => "No variants".to_owned(),
        1 => "1 variant".to_owned(),
        count => format!("{count} variants"),
    };
    view! {
        <tr>
            <td class="listed-name">
                <a href=format!("/experiments/{id}")>{name}</a>
                <code>{key}</code>
            </td>
            <td class="listed-status"><StatusPill status=status/></td>
            <td class="listed-environment">{environment}</td>
            <td class="listed-split">
                <SplitBar parts=parts split=Split::of(&allocations)/>
                <span>{variants}</span>
            </td>
            <td class="listed-time"><Time at=updated_at/></td>
        </tr>
    }
}

/// Stands where none match.
#[component]
fn NoneMatch(list: List) -> impl IntoView {
    let words = if list.is_filtered() {
        "Search for part of a name or key, or leave a filter out."
    } else {
        "The list ends before this page."
    };
    view! {
        <Empty title="No experiments match">
            <p>{words}</p>
            <a class="button" href=list.unfiltered().url()>"Clear filters"</a>
        </Empty>
    }
}

/// Stands where there are none at all.
#[component]
fn NoneYet() -> impl IntoView {
    view! {
        <Empty title="No experiments yet">
            <p>
                "An experiment splits the users of an environment into variants, and says which one each of them gets. "
                "Begin with two variants, half of the users each."
            </p>
            <a class="button primary" href="/experiments/new"><Icon symbol=Symbol::Add/> "Create the first experiment"</a>
        </Empty>
    }
}
