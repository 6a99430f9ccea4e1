use edgewise_api::{
    page::Page,
    resources::{ExperimentSort, ExperimentSummary},
};
use leptos::prelude::*;

use crate::{
    components::{Empty, Icon, Part, SplitBar, StatusPill, Symbol, Time},
    html::Html,
    model::{List, Split, links},
    rendered::{live::not_as_saved, pagination::Pagination},
};

/// Renders a page of experiments, or the reason why it is empty.
pub(crate) fn list(list: List, found: Page<ExperimentSummary>) -> Html {
    if !found.data.is_empty() {
        Html::render(view! { <Found list found/> })
    } else if list.is_filtered() || list.page > 1 {
        Html::render(view! { <NoneMatch list/> })
    } else {
        Html::render(view! { <NoneYet/> })
    }
}

/// The table of experiments.
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
        <Pagination pagination=found.pagination url=move |page| list.at(page).url()/>
    }
}

fn row(experiment: ExperimentSummary) -> impl IntoView {
    let live = not_as_saved(&experiment);
    let ExperimentSummary { id, key, name, status, environment, changed_at, variants, allocations, .. } =
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
                <a class="whole-row" href=links::experiment(&id)>{name}</a>
                <code>{key}</code>
            </td>
            <td class="listed-status"><StatusPill status=status live/></td>
            <td class="listed-environment">{environment}</td>
            <td class="listed-split">
                <SplitBar parts=parts split=Split::of(&allocations)/>
                <span>{variants}</span>
            </td>
            <td class="listed-time"><Time at=changed_at/></td>
        </tr>
    }
}

/// The placeholder if no experiment matches the filters.
#[component]
fn NoneMatch(list: List) -> impl IntoView {
    let words = if list.is_filtered() {
        "Search for part of a name or key, or remove a filter."
    } else {
        "This page is after the end of the list."
    };
    view! {
        <Empty title="No experiments match">
            <p>{words}</p>
            <a class="button" href=list.unfiltered().url()>"Clear filters"</a>
        </Empty>
    }
}

/// The placeholder if there are no experiments.
#[component]
fn NoneYet() -> impl IntoView {
    view! {
        <Empty title="No experiments yet">
            <p>
                "An experiment divides the users of an environment among variants. "
                "Start with two variants and half of the users each."
            </p>
            <a class="button primary" href=links::NEW_EXPERIMENT.url()><Icon symbol=Symbol::Add/> "Create the first experiment"</a>
        </Empty>
    }
}
