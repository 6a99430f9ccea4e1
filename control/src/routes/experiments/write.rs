//! Writing experiments.

use axum::extract::State;
use edgewise_api::resources::{Experiment, ExperimentCreate, ExperimentPatch, ExperimentWithEnvironment};
use edgewise_http::IfMatch;

use crate::{
    routes::{
        body::Body,
        extract::{Caller, Ids},
        params::{ExperimentId, Precondition},
        problems::WriteProblems,
        reply::{Created, Deleted, Published, Reply},
    },
    services::Services,
};

/// Make an experiment, a draft
#[utoipa::path(
    post, path = "/experiments", tag = "experiments", request_body = ExperimentCreate,
    responses(Created::<Experiment>, WriteProblems)
)]
pub(in crate::routes) async fn create(
    State(services): State<Services>,
    Caller(actor): Caller,
    Body(request): Body<ExperimentCreate>,
) -> Reply<Created<Experiment>> {
    Ok(Created(services.create_experiment(&actor, &request).await?))
}

/// Change an experiment's name, description, audience or rules
///
/// Published if it runs and its audience or rules were sent.
#[utoipa::path(
    patch, path = "/experiments/{id}", tag = "experiments", request_body = ExperimentPatch,
    params(ExperimentId, Precondition),
    responses(Published::<Experiment>, WriteProblems)
)]
pub(in crate::routes) async fn update(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    Body(request): Body<ExperimentPatch>,
) -> Reply<Published<Experiment>> {
    Ok(Published(services.update_experiment(&actor, &id, &precondition, &request).await?))
}

/// Delete an experiment and all that belongs to it
///
/// Always published.
#[utoipa::path(
    delete, path = "/experiments/{id}", tag = "experiments",
    params(ExperimentId, Precondition),
    responses(Deleted::<ExperimentWithEnvironment>, WriteProblems)
)]
pub(in crate::routes) async fn delete(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
) -> Reply<Deleted<ExperimentWithEnvironment>> {
    Ok(Deleted(services.delete_experiment(&actor, &id, &precondition).await?))
}
