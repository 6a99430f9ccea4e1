use edgewise_api::resources::{AudienceRow, Environment};
use leptos::prelude::*;

#[cfg(not(target_family = "wasm"))]
use super::plan;
#[cfg(not(target_family = "wasm"))]
use crate::{
    calls::control::MOST_LISTED,
    model::{Basics, key::suggested, links},
    server::context::with_services,
};
use crate::{
    model::Made,
    problem::Problem,
    transport::{Read, Write},
};

/// The audiences that an experiment of an environment can have, the newest first; none if it is of no environment yet.
#[server(prefix = "/-", endpoint = "experiments/audiences", protocol = Read)]
pub(crate) async fn list_choices(environment: String) -> Result<Vec<AudienceRow>, Problem> {
    use edgewise_api::page::PageRequest;

    if environment.is_empty() {
        return Ok(Vec::new());
    }
    with_services(async |services| {
        let all = services.audiences(Some(&environment), PageRequest::up_to(MOST_LISTED)).await?;
        Ok(all.data.into_iter().map(|audience| audience.row).collect())
    })
    .await
}

/// The environments that an experiment can be made in, and what is wrong with one that has been begun: its body, or nothing.
#[server(prefix = "/-", endpoint = "experiments/begin", protocol = Read)]
pub(crate) async fn begin_experiment(
    experiment: String,
) -> Result<(Vec<Environment>, Option<Problem>), Problem> {
    let environments = crate::calls::list_environments().await?;
    let problem = with_services(async |services| {
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
    with_services(async |services| plan::check(&services, &experiment, &variants, &allocations).await).await
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
    with_services(async |services| {
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
    let key = if key.is_empty() { suggested(&name) } else { key };
    let basics = Basics { environment, name, key, description };
    with_services(async |services| {
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
