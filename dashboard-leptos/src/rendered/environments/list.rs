use edgewise_api::resources::{EnvironmentSummary, Status};
use leptos::prelude::*;

use crate::{
    components::{Empty, LiveState},
    html::Html,
    model::links,
    rendered::table::Table,
};

/// The columns of the table.
const COLUMNS: [(&str, &str); 4] =
    [("Name", ""), ("Live", ""), ("Running", "number"), ("Experiments", "number when-wide")];

/// Renders all environments.
pub(crate) fn list(summaries: Vec<EnvironmentSummary>) -> Html {
    if summaries.is_empty() {
        Html::render(view! {
            <Empty title="No environments yet">
                <p>"An environment has its own experiments and its own published versions. Most teams start with "<code>"prod"</code>" and "<code>"staging"</code>"."</p>
                <a class="button primary" href=links::NEW_ENVIRONMENT.url()>"Create an environment"</a>
            </Empty>
        })
    } else {
        let rows = summaries.into_iter().map(row).collect_view();
        Html::render(view! { <Table class="table" columns=COLUMNS>{rows}</Table> })
    }
}

fn row(summary: EnvironmentSummary) -> impl IntoView {
    let EnvironmentSummary { environment, publication, experiments, .. } = summary;
    let href = links::environment(&environment.id);
    view! {
        <tr>
            <td><a class="whole-row" href=href>{environment.name}</a></td>
            <td><LiveState status=publication/></td>
            <td class="number">{experiments.of(Status::Running)}</td>
            <td class="number when-wide">{experiments.total()}</td>
        </tr>
    }
}
