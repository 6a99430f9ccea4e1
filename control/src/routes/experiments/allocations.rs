//! The allocations of an experiment.

use axum::extract::State;
use edgewise_api::resources::{Allocation, AllocationsPut};
use edgewise_http::IfMatch;

use crate::{
    routes::{
        body::Body,
        extract::{Caller, Ids},
        params::{ExperimentId, Precondition},
        problems::WriteProblems,
        reply::{Reply, UpdatedList},
    },
    services::Services,
};

/// Replace all allocations of an experiment
///
/// The change is published if the experiment is running. The ETag is that of the experiment.
#[utoipa::path(
    put, path = "/experiments/{id}/allocations", tag = "variants", request_body = AllocationsPut,
    params(ExperimentId, Precondition),
    responses(UpdatedList::<Allocation>, WriteProblems)
)]
pub(in crate::routes) async fn put(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    Body(request): Body<AllocationsPut>,
) -> Reply<UpdatedList<Allocation>> {
    Ok(UpdatedList(services.put_allocations(&actor, &id, &precondition, request).await?))
}
