//! Writing experiments.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use edgewise_api::resources::{
    Experiment, ExperimentCreate, ExperimentPatch, ExperimentWithEnvironment, InitialStatus,
};
use edgewise_http::IfMatch;

use crate::{
    routes::{
        body::Body,
        errors::WriteErrors,
        extract::{Caller, Ids},
        params::{ExperimentId, Precondition},
        response::{Created, CreatedAndPublished, Deleted, HandlerResult, Updated},
    },
    services::Services,
};

/// Create an experiment, alone or with its variants and allocations, all or nothing
///
/// Without `status` the experiment is a draft. An experiment with the status RUNNING is published; only then does the
/// response have the `x-publish-…` headers.
#[utoipa::path(
    post, path = "/experiments", tag = "experiments", request_body = ExperimentCreate,
    responses(CreatedAndPublished::<Experiment>, WriteErrors)
)]
pub(in crate::routes) async fn create(
    State(services): State<Services>,
    Caller(principal): Caller,
    Body(request): Body<ExperimentCreate>,
) -> HandlerResult<Response> {
    let created = services.create_experiment(&principal, &request).await?;
    Ok(match request.status {
        InitialStatus::Draft => Created(created.value).into_response(),
        InitialStatus::Running => CreatedAndPublished(created).into_response(),
    })
}

/// Update the name, description, audience or rules of an experiment
///
/// The change is published if the experiment is running and the request has an audience or rules.
#[utoipa::path(
    patch, path = "/experiments/{id}", tag = "experiments", request_body = ExperimentPatch,
    params(ExperimentId, Precondition),
    responses(Updated::<Experiment>, WriteErrors)
)]
pub(in crate::routes) async fn update(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    Body(request): Body<ExperimentPatch>,
) -> HandlerResult<Updated<Experiment>> {
    Ok(Updated(services.update_experiment(&principal, &id, &precondition, &request).await?))
}

/// Delete an experiment with its variants and allocations
///
/// The change is always published.
#[utoipa::path(
    delete, path = "/experiments/{id}", tag = "experiments",
    params(ExperimentId, Precondition),
    responses(Deleted::<ExperimentWithEnvironment>, WriteErrors)
)]
pub(in crate::routes) async fn delete(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
) -> HandlerResult<Deleted<ExperimentWithEnvironment>> {
    Ok(Deleted(services.delete_experiment(&principal, &id, &precondition).await?))
}
