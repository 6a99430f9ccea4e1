use edgewise_api::{
    Outcome,
    resources::{AudienceRow, Environment, ExperimentCreate},
};
use leptos::prelude::*;

#[cfg(not(target_family = "wasm"))]
use crate::{
    calls::control::{ExperimentFilter, ExperimentQuery, MAX_LISTED, Principal, Services, of_environment},
    model::{Basics, ExperimentInput, key, links, problems},
    server::context::with_services,
};
use crate::{
    problem::Problem,
    transport::{Body, Read, Write},
};

/// The beginning of the key of an experiment whose name suggests none.
#[cfg(not(target_family = "wasm"))]
const UNNAMED: &str = "experiment";

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

/// Returns all environments, and the problems with the given request for a new experiment, if one is given.
#[server(prefix = "/-", endpoint = "experiments/begin", protocol = Read)]
pub(crate) async fn prepare_experiment(
    experiment: Body<ExperimentCreate>,
) -> Result<(Vec<Environment>, Vec<Problem>), Problem> {
    let environments = crate::calls::list_environments().await?;
    let problems = with_services(async |services, principal| match experiment.is_none() {
        false => check(&services, &principal, &experiment).await,
        true => Ok(Vec::new()),
    })
    .await?;
    Ok((environments, problems))
}

/// Returns all problems with the request for a new experiment.
#[server(prefix = "/-", endpoint = "experiments/check", protocol = Write)]
pub(crate) async fn check_experiment(experiment: Body<ExperimentCreate>) -> Result<Vec<Problem>, Problem> {
    with_services(async |services, principal| check(&services, &principal, &experiment).await).await
}

/// Suggests a key for a name. For an experiment whose name has no Latin letters, suggests a numbered key that the environment
/// does not have yet; `environment` may be empty. For a variant, the suggestion may be empty.
#[server(prefix = "/-", endpoint = "experiments/key", protocol = Read)]
pub(crate) async fn suggest_key(
    name: String,
    is_experiment: bool,
    environment: String,
) -> Result<String, Problem> {
    with_services(async |services, principal| {
        if is_experiment {
            return suggest(&services, &principal, &name, &environment).await;
        }
        Ok(key::suggested_for_any(&name))
    })
    .await
}

/// Creates an experiment, and returns its id.
#[server(prefix = "/-", endpoint = "experiments/make", protocol = Write)]
pub(crate) async fn create_experiment(
    experiment: Body<ExperimentCreate>,
) -> Result<Outcome<String>, Problem> {
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
    with_services(async |services, principal| {
        let key = match key.is_empty() && !name.trim().is_empty() {
            true => suggest(&services, &principal, &name, &environment).await?,
            false => key,
        };
        let basics = Basics { environment, name, key, description };
        let input = ExperimentInput { basics, ..ExperimentInput::default() };
        let request = Body::of(&input.request()?);
        let created = match problems(request.json()).is_empty() {
            true => create(&services, &principal, &request).await.ok(),
            false => None,
        };
        let next = created.map_or_else(|| input.basics.url(), |created| links::experiment(&created.value));
        leptos_axum::redirect(&next);
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
async fn check(
    services: &Services,
    principal: &Principal,
    request: &Body<ExperimentCreate>,
) -> Result<Vec<Problem>, edgewise_api::ApiError> {
    use edgewise_api::ApiError;

    let mut found = problems(request.json());
    let checked: Result<(), ApiError> = match ExperimentCreate::from_body(request.json()) {
        Ok(request) => services.check_experiment(principal, &request).await.map_err(ApiError::from),
        Err(problem) => Err(problem),
    };
    if let Err(problem) = checked
        && !found.iter().any(|known| known.field.is_some() && known.field == problem.field)
    {
        found.push(problem);
    }
    Ok(found.into_iter().map(Problem::from).collect())
}

/// Returns the key that a name suggests; if the name suggests none, a key such as `experiment-7`, with the number that comes
/// after the numbers in the environment.
#[cfg(not(target_family = "wasm"))]
async fn suggest(
    services: &Services,
    principal: &Principal,
    name: &str,
    environment: &str,
) -> Result<String, edgewise_api::ApiError> {
    use edgewise_api::{page::PageRequest, resources::ExperimentSort, search::Search};

    let key = key::suggested_for_any(name);
    if !key.is_empty() {
        return Ok(key);
    }
    let search = Search::parse(UNNAMED)?;
    let filter = ExperimentFilter {
        environment_id: Some(environment).filter(|id| !id.is_empty()),
        status: None,
        search: search.as_ref(),
    };
    let query = ExperimentQuery { filter, sort: ExperimentSort::Updated, descending: true };
    let named = services.find_experiments(principal, query, PageRequest::up_to(MAX_LISTED)).await?;
    Ok(key::first_numbered(UNNAMED, named.data.iter().map(|listed| listed.key.as_str())))
}

#[cfg(not(target_family = "wasm"))]
async fn create(
    services: &Services,
    principal: &Principal,
    request: &Body<ExperimentCreate>,
) -> Result<Outcome<String>, edgewise_api::ApiError> {
    let request = ExperimentCreate::from_body(request.json())?;
    let created = services.create_experiment(principal, &request).await?;
    Ok(Outcome { value: created.value.value.row.id, publication: created.publication })
}
