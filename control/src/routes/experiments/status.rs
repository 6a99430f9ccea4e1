//! The status of an experiment, and publishing by hand.

use axum::{extract::State, http::StatusCode, response::Response};
use edgewise_api::{
    error::ErrorBody,
    resources::{Experiment, StatusPatch},
};
use edgewise_http::{IfMatch, json_reply};

use crate::{
    routes::{
        body::Body,
        extract::{Caller, Ids},
        params::{ExperimentId, Precondition},
        problems::WriteProblems,
        reply::{Published, Reply},
    },
    services::Services,
};

/// Change an experiment's status
///
/// DRAFT may become RUNNING, RUNNING may become PAUSED and back, and all three ARCHIVED. Always published.
#[utoipa::path(
    patch, path = "/experiments/{id}/status", tag = "experiments", request_body = StatusPatch,
    params(ExperimentId, Precondition),
    responses(Published::<Experiment>, WriteProblems)
)]
pub(in crate::routes) async fn update_status(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    Body(request): Body<StatusPatch>,
) -> Reply<Published<Experiment>> {
    Ok(Published(services.update_status(&actor, &id, &precondition, request).await?))
}

/// Publish the experiment's environment now
///
/// Answers the snapshot that is live then.
#[utoipa::path(
    post, path = "/experiments/{id}/publish", tag = "experiments",
    params(ExperimentId, Precondition),
    responses(
        (status = 200, description = "The snapshot that is live", body = Object),
        (status = 500, description = "Not live yet; the text says why", body = ErrorBody),
        WriteProblems
    )
)]
pub(in crate::routes) async fn publish(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
) -> Reply<Response> {
    Ok(json_reply(StatusCode::OK, services.publish(&actor, &id, &precondition).await?))
}
