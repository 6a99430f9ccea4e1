#[cfg(not(target_family = "wasm"))]
mod plan;

use edgewise_api::{
    page::Page,
    resources::{AudienceRow, ExperimentSummary},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use super::Publication;
use crate::problem::Problem;

/// A page of the experiments that a URL of the list asks for: its part from the `?` on.
#[server(prefix = "/-", endpoint = "experiments", input = GetUrl)]
pub(crate) async fn find_experiments(query: String) -> Result<Page<ExperimentSummary>, Problem> {
    use edgewise_api::{page::PageRequest, query::Query};
    use edgewise_control::store::{ExperimentFilter, ExperimentQuery};

    use crate::model::List;

    crate::server::with_services(async |services| {
        let parameters = Query::parse(query.strip_prefix('?').unwrap_or(&query))?;
        let list = List::of(|name| parameters.optional(name).ok().flatten().map(str::to_owned));
        let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
        let wanted = ExperimentQuery {
            filter: ExperimentFilter { environment_id: some(&list.environment), status: list.status },
            text: some(&list.text),
            sort: list.sort,
            descending: list.descending,
        };
        services.find_experiments(wanted, PageRequest::of(list.page, PAGE_ROWS)).await
    })
    .await
}

/// The audiences that an experiment of an environment can have, the newest first.
#[server(prefix = "/-", endpoint = "experiments/audiences", input = GetUrl)]
pub(crate) async fn list_choices(environment: String) -> Result<Vec<AudienceRow>, Problem> {
    use edgewise_api::page::PageRequest;

    crate::server::with_services(async |services| {
        let (mut rows, mut page) = (Vec::new(), 1);
        loop {
            let answer = services.audiences(Some(&environment), PageRequest::of(page, 100)).await?;
            rows.extend(answer.data.into_iter().map(|audience| audience.row));
            page += 1;
            if page > answer.pagination.total_pages {
                return Ok(rows);
            }
        }
    })
    .await
}

/// Says what is wrong with a new experiment, if something is. Each part is the body of a request of the REST API; an empty one
/// is not looked at.
#[server(prefix = "/-", endpoint = "experiments/check")]
pub(crate) async fn check_experiment(
    experiment: String,
    variants: String,
    allocations: String,
) -> Result<(), Problem> {
    crate::server::with_services(async |services| {
        let plan = plan::Plan::read(&experiment, &variants, &allocations)?;
        plan.check(&services).await
    })
    .await
}

/// What has become of a new experiment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Made {
    /// UUID of the experiment.
    pub(crate) id: String,
    /// Whether it is live.
    pub(crate) publication: Publication,
    /// What could not be done. It is a draft then, and what was done before is kept.
    pub(crate) problem: Option<String>,
}

/// Makes an experiment with its variants and allocations, and launches it if `launch` says so. Everything is read before anything
/// is made. Allocations name variants by what `id` the bodies of the variants have.
#[server(prefix = "/-", endpoint = "experiments/make")]
pub(crate) async fn make_experiment(
    experiment: String,
    variants: String,
    allocations: String,
    launch: bool,
) -> Result<Made, Problem> {
    crate::server::with_services(async |services| {
        plan::Plan::read(&experiment, &variants, &allocations)?.make(&services, launch).await
    })
    .await
}

/// Makes a draft of what a form without scripts has, and leads to it; or back to the form if something is wrong.
#[server(prefix = "/-", endpoint = "experiments/draft")]
pub(crate) async fn create_draft(
    environment: String,
    name: String,
    key: String,
    description: String,
) -> Result<(), Problem> {
    use crate::model::{Basics, key::suggested};

    let key = if key.is_empty() { suggested(&name) } else { key };
    let basics = Basics { environment, name, key, description };
    crate::server::with_services(async |services| {
        let made = match plan::Plan::read(&basics.to_json("", ""), "", "") {
            Ok(plan) => plan.make(&services, false).await,
            Err(error) => Err(error),
        };
        leptos_axum::redirect(&match made {
            Ok(made) => format!("/experiments/{}", made.id),
            Err(_) => basics.url(),
        });
        Ok(())
    })
    .await
}

/// Rows of a page of the list.
#[cfg(not(target_family = "wasm"))]
const PAGE_ROWS: u64 = 25;
