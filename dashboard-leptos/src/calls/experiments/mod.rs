#[cfg(not(target_family = "wasm"))]
mod plan;

use edgewise_api::resources::{AudienceRow, Environment};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Publication, Read, Write};
use crate::{html::Html, problem::Problem};

/// A page of the experiments that a URL of the list asks for: its part from the `?` on.
#[server(prefix = "/-", endpoint = "experiments", protocol = Read)]
pub(crate) async fn show_experiments(query: String) -> Result<Html, Problem> {
    use edgewise_api::{page::PageRequest, query::Query};
    use edgewise_control::store::{ExperimentFilter, ExperimentQuery};

    use crate::model::List;

    crate::server::context::with_services(async |services| {
        let parameters = Query::parse(query.strip_prefix('?').unwrap_or(&query))?;
        let list = List::of(|name| parameters.optional(name).ok().flatten().map(str::to_owned));
        let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
        let wanted = ExperimentQuery {
            filter: ExperimentFilter { environment_id: some(&list.environment), status: list.status },
            text: some(&list.text),
            sort: list.sort,
            descending: list.descending,
        };
        let found = services.find_experiments(wanted, PageRequest::of(list.page, PAGE_ROWS)).await?;
        Ok(crate::rendered::experiments::list(list, found))
    })
    .await
}

/// The audiences that an experiment of an environment can have, the newest first; none if it is of no environment yet.
#[server(prefix = "/-", endpoint = "experiments/audiences", protocol = Read)]
pub(crate) async fn list_choices(environment: String) -> Result<Vec<AudienceRow>, Problem> {
    use edgewise_api::page::PageRequest;

    if environment.is_empty() {
        return Ok(Vec::new());
    }
    crate::server::context::with_services(async |services| {
        let all = services.audiences(Some(&environment), PageRequest::up_to(super::MOST_LISTED)).await?;
        Ok(all.data.into_iter().map(|audience| audience.row).collect())
    })
    .await
}

/// The environments that an experiment can be made in, and what is wrong with one that has been begun: its body, or nothing.
#[server(prefix = "/-", endpoint = "experiments/begin", protocol = Read)]
pub(crate) async fn begin_experiment(
    experiment: String,
) -> Result<(Vec<Environment>, Option<Problem>), Problem> {
    let environments = super::list_environments().await?;
    let problem = crate::server::context::with_services(async |services| {
        let problem = match experiment.is_empty() {
            false => plan::check(&services, &experiment, "", "").await.err(),
            true => None,
        };
        Ok(problem.map(Problem::from))
    })
    .await?;
    Ok((environments, problem))
}

/// Says what is wrong with a new experiment, if something is. Each part is the body of a request of the REST API; an empty one
/// is not looked at.
#[server(prefix = "/-", endpoint = "experiments/check", protocol = Write)]
pub(crate) async fn check_experiment(
    experiment: String,
    variants: String,
    allocations: String,
) -> Result<(), Problem> {
    crate::server::context::with_services(async |services| {
        plan::check(&services, &experiment, &variants, &allocations).await
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
#[server(prefix = "/-", endpoint = "experiments/make", protocol = Write)]
pub(crate) async fn make_experiment(
    experiment: String,
    variants: String,
    allocations: String,
    launch: bool,
) -> Result<Made, Problem> {
    crate::server::context::with_services(async |services| {
        plan::Plan::read(&experiment, &variants, &allocations)?.make(&services, launch).await
    })
    .await
}

/// Makes a draft of what a form without scripts has, and leads to it; or back to the form if something is wrong.
#[server(prefix = "/-", endpoint = "experiments/draft", protocol = Write)]
pub(crate) async fn create_draft(
    environment: String,
    name: String,
    key: String,
    description: String,
) -> Result<(), Problem> {
    use crate::model::{Basics, key::suggested, links};

    let key = if key.is_empty() { suggested(&name) } else { key };
    let basics = Basics { environment, name, key, description };
    crate::server::context::with_services(async |services| {
        let made = match plan::Plan::read(&basics.to_json("", ""), "", "") {
            Ok(plan) => plan.make(&services, false).await,
            Err(error) => Err(error),
        };
        leptos_axum::redirect(&match made {
            Ok(made) => links::experiment(&made.id),
            Err(_) => basics.url(),
        });
        Ok(())
    })
    .await
}

/// Rows of a page of the list.
#[cfg(not(target_family = "wasm"))]
const PAGE_ROWS: u64 = 25;
