use edgewise_api::resources::{AudienceRow, Environment};
use leptos::prelude::*;

#[cfg(not(target_family = "wasm"))]
use crate::{
    calls::control::{MAX_LISTED, Principal, Services, of_environment},
    model::{Basics, ExperimentRequest, key::suggested, links},
    server::context::with_services,
};
use crate::{
    model::CreatedExperiment,
    problem::Problem,
    transport::{Read, Write},
};

/// Returns the audiences of an environment, newest first. Returns none if `environment` is empty.
#[server(prefix = "/-", endpoint = "experiments/audiences", protocol = Read)]
pub(crate) async fn list_audience_options(environment: String) -> Result<Vec<AudienceRow>, Problem> {
    use edgewise_api::page::PageRequest;

    if environment.is_empty() {
        return Ok(Vec::new());
    }
    with_services(async |services, principal| {
        let all = services
            .audiences(&principal, of_environment(&environment), PageRequest::up_to(MAX_LISTED))
            .await?;
        Ok(all.data.into_iter().map(|audience| audience.row).collect())
    })
    .await
}

/// Returns all environments, and the problem with the given request body for a new experiment. An empty body is not
/// checked.
#[server(prefix = "/-", endpoint = "experiments/begin", protocol = Read)]
pub(crate) async fn prepare_experiment(
    experiment: String,
) -> Result<(Vec<Environment>, Option<Problem>), Problem> {
    let environments = crate::calls::list_environments().await?;
    let problem = with_services(async |services, principal| {
        let problem = match experiment.is_empty() {
            false => check(&services, &principal, &experiment).await.err(),
            true => None,
        };
        Ok(problem.map(Problem::from))
    })
    .await?;
    Ok((environments, problem))
}

/// Checks the request body for a new experiment.
#[server(prefix = "/-", endpoint = "experiments/check", protocol = Write)]
pub(crate) async fn check_experiment(experiment: String) -> Result<(), Problem> {
    with_services(async |services, principal| check(&services, &principal, &experiment).await).await
}

/// Creates an experiment by the request body of the REST API.
#[server(prefix = "/-", endpoint = "experiments/make", protocol = Write)]
pub(crate) async fn create_experiment(experiment: String) -> Result<CreatedExperiment, Problem> {
    with_services(async |services, principal| create(&services, &principal, &experiment).await).await
}

/// Creates a draft from a form that was submitted without scripts, and redirects to its page; or back to the form if
/// the input is invalid.
#[server(prefix = "/-", endpoint = "experiments/draft", protocol = Write)]
pub(crate) async fn create_draft(
    environment: String,
    name: String,
    key: String,
    description: String,
) -> Result<(), Problem> {
    let key = if key.is_empty() { suggested(&name) } else { key };
    let basics = Basics { environment, name, key, description };
    with_services(async |services, principal| {
        let body = ExperimentRequest::new(&basics).into_body();
        leptos_axum::redirect(&match create(&services, &principal, &body).await {
            Ok(created) => links::experiment(&created.id),
            Err(_) => basics.url(),
        });
        Ok(())
    })
    .await
}

/// Creates a draft that has the parts of another experiment, and redirects to the page of the draft. The form works with
/// and without scripts.
#[server(prefix = "/-", endpoint = "experiments/duplicate", protocol = Write)]
pub(crate) async fn duplicate_experiment(id: String) -> Result<(), Problem> {
    with_services(async |services, principal| {
        let draft = services.duplicate_experiment(&principal, &id).await?;
        leptos_axum::redirect(&links::experiment(&draft.value.value.row.id));
        Ok(())
    })
    .await
}

#[cfg(not(target_family = "wasm"))]
async fn check(services: &Services, principal: &Principal, body: &str) -> Result<(), edgewise_api::ApiError> {
    let request = edgewise_api::resources::ExperimentCreate::from_body(body.as_bytes())?;
    Ok(services.check_experiment(principal, &request).await?)
}

#[cfg(not(target_family = "wasm"))]
async fn create(
    services: &Services,
    principal: &Principal,
    body: &str,
) -> Result<CreatedExperiment, edgewise_api::ApiError> {
    let request = edgewise_api::resources::ExperimentCreate::from_body(body.as_bytes())?;
    let created = services.create_experiment(principal, &request).await?;
    Ok(CreatedExperiment { id: created.value.value.row.id, publication: created.publication.into() })
}
