//! The status of an experiment, and publishing on request.

use axum::{extract::State, http::StatusCode, response::Response};
use edgewise_api::{
    error::ErrorBody,
    resources::{Experiment, StatusPatch},
};
use edgewise_http::{IfMatch, json_response};

use crate::{
    routes::{
        body::Body,
        errors::WriteErrors,
        extract::{Caller, Ids},
        params::{ExperimentId, Precondition},
        response::{HandlerResult, Updated},
    },
    services::Services,
};

/// Update the status of an experiment
///
/// Allowed: DRAFT to RUNNING, RUNNING to PAUSED and back, and any of them to ARCHIVED. The change is always published.
#[utoipa::path(
    patch, path = "/experiments/{id}/status", tag = "experiments", request_body = StatusPatch,
    params(ExperimentId, Precondition),
    responses(Updated::<Experiment>, WriteErrors)
)]
pub(in crate::routes) async fn update_status(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    Body(request): Body<StatusPatch>,
) -> HandlerResult<Updated<Experiment>> {
    Ok(Updated(services.update_status(&principal, &id, &precondition, request).await?))
}

/// Publish the environment of an experiment now
///
/// Returns the snapshot that is live afterwards.
#[utoipa::path(
    post, path = "/experiments/{id}/publish", tag = "experiments",
    params(ExperimentId, Precondition),
    responses(
        (status = 200, description = "The live snapshot", body = Object),
        (status = 500, description = "Not live yet; the message says why", body = ErrorBody),
        WriteErrors
    )
)]
pub(in crate::routes) async fn publish(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
) -> HandlerResult<Response> {
    Ok(json_response(StatusCode::OK, services.publish(&principal, &id, &precondition).await?))
}
