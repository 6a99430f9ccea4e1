//! The allocations of an experiment.

use axum::extract::State;
use edgewise_api::resources::{Allocation, AllocationsPut};
use edgewise_http::IfMatch;

use crate::{
    routes::{
        body::Body,
        errors::WriteErrors,
        extract::{Caller, Ids},
        params::{ExperimentId, Precondition},
        response::{HandlerResult, UpdatedList},
    },
    services::Services,
};

/// Replace all allocations of an experiment
///
/// The change is published if the experiment is running. The response has the ETag of the experiment.
#[utoipa::path(
    put, path = "/experiments/{id}/allocations", tag = "variants", request_body = AllocationsPut,
    params(ExperimentId, Precondition),
    responses(UpdatedList::<Allocation>, WriteErrors)
)]
pub(in crate::routes) async fn put(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    Body(request): Body<AllocationsPut>,
) -> HandlerResult<UpdatedList<Allocation>> {
    Ok(UpdatedList(services.put_allocations(&principal, &id, &precondition, request).await?))
}
