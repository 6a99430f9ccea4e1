use edgewise_api::page::Page;
use leptos::prelude::*;

use crate::{
    components::{Empty, Time},
    html::Html,
    model::links,
    rendered::{pagination::Pagination, table::Table},
};

/// An audience, as a list shows it.
pub(crate) struct AudienceLine {
    /// UUID.
    pub(crate) id: String,
    /// Unique in its environment.
    pub(crate) name: String,
    /// The name of its environment.
    pub(crate) environment: String,
    /// In plain English, and not longer than a line can be.
    pub(crate) rules: String,
    /// How many experiments use it.
    pub(crate) uses: u64,
    /// How many of them run.
    pub(crate) running: u64,
    /// ISO 8601, UTC.
    pub(crate) updated_at: String,
}

/// Columns of the table.
const HEADS: [(&str, &str); 5] =
    [("Name", ""), ("Environment", ""), ("Matches", ""), ("Used by", ""), ("Updated", "")];

/// A page of audiences, of an environment or of all.
pub(crate) fn list(environment: Option<String>, audiences: Page<AudienceLine>) -> Html {
    if audiences.pagination.total == 0 {
        Html::of(nothing(environment.as_deref()))
    } else {
        Html::of(table(audiences, environment))
    }
}

fn nothing(environment: Option<&str>) -> AnyView {
    let new = links::new_audience(environment);
    let title = if environment.is_some() { "No audiences in this environment" } else { "No audiences yet" };
    view! {
        <Empty title=title>
            <p>
                "An audience is a named set of rules, such as “beta testers” or “paying customers in the EU”. Experiments that use it
                reach the users whom it matches, and change with it."
            </p>
            <a class="button primary" href=new>"Create an audience"</a>
        </Empty>
    }
    .into_any()
}

fn table(audiences: Page<AudienceLine>, environment: Option<String>) -> AnyView {
    let Page { data, pagination } = audiences;
    let rows: Vec<_> = data.into_iter().map(row).collect();
    view! {
        <Table class="table audiences" heads=HEADS>{rows}</Table>
        <Pagination pagination url=move |page| links::audiences(environment.as_deref(), page)/>
    }
    .into_any()
}

fn row(audience: AudienceLine) -> impl IntoView {
    let AudienceLine { id, name, environment, rules, uses, running, updated_at } = audience;
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
            <td class="audience-name"><a href=links::audience(&id)>{name}</a></td>
            <td class="audience-environment">{environment}</td>
            <td class="audience-rules"><span title=rules.clone()>{rules.clone()}</span></td>
            <td>{uses}</td>
            <td class="audience-updated"><Time at=updated_at/></td>
        </tr>
    }
}
