use edgewise_api::page::Page;
use leptos::prelude::*;

use crate::{
    components::{Empty, Time},
    html::Html,
    model::links,
    rendered::{pagination::Pagination, table::Table},
};

/// A row of the list of audiences.
pub(crate) struct AudienceListRow {
    /// UUID.
    pub(crate) id: String,
    /// Unique in the environment.
    pub(crate) name: String,
    /// The environment's name.
    pub(crate) environment: String,
    /// A description that fits into a row.
    pub(crate) rules: String,
    /// The number of experiments that use the audience.
    pub(crate) uses: u64,
    /// The number of running experiments that use the audience.
    pub(crate) running: u64,
    /// ISO 8601, UTC.
    pub(crate) updated_at: String,
}

/// The columns of the table.
const COLUMNS: [(&str, &str); 5] =
    [("Name", ""), ("Environment", ""), ("Matches", ""), ("Used by", ""), ("Updated", "")];

/// Renders a page of the audiences of one environment or of all.
pub(crate) fn list(environment: Option<String>, audiences: Page<AudienceListRow>) -> Html {
    if audiences.pagination.total == 0 {
        Html::render(empty(environment.as_deref()))
    } else {
        Html::render(table(audiences, environment))
    }
}

fn empty(environment: Option<&str>) -> AnyView {
    let new = links::new_audience(environment);
    let title = if environment.is_some() { "No audiences in this environment" } else { "No audiences yet" };
    view! {
        <Empty title=title>
            <p>
                "An audience is a named set of rules, such as “beta testers” or “paying customers in the EU”. Experiments
                that use an audience include the users who match its rules."
            </p>
            <a class="button primary" href=new>"Create an audience"</a>
        </Empty>
    }
    .into_any()
}

fn table(audiences: Page<AudienceListRow>, environment: Option<String>) -> AnyView {
    let Page { data, pagination } = audiences;
    let rows: Vec<_> = data.into_iter().map(row).collect();
    view! {
        <Table class="table audiences" columns=COLUMNS>{rows}</Table>
        <Pagination pagination url=move |page| links::audiences(environment.as_deref(), page)/>
    }
    .into_any()
}

fn row(audience: AudienceListRow) -> impl IntoView {
    let AudienceListRow { id, name, environment, rules, uses, running, updated_at } = audience;
    let uses = match (uses, running) {
        (0, _) => view! { <span class="quiet">"Not used"</span> }.into_any(),
        (uses, running) => {
            let experiments = if uses == 1 { " experiment" } else { " experiments" };
            let running =
                (running > 0).then(|| view! { <span class="pill running">{running} " running"</span> });
            view! { <span class="audience-uses">{uses} {experiments} {running}</span> }.into_any()
        }
    };
    view! {
        <tr>
            <td class="audience-name"><a class="whole-row" href=links::audience(&id)>{name}</a></td>
            <td class="audience-environment">{environment}</td>
            <td class="audience-rules"><span title=rules.clone()>{rules.clone()}</span></td>
            <td>{uses}</td>
            <td class="audience-updated"><Time at=updated_at/></td>
        </tr>
    }
}
