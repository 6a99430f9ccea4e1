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
        reply::{PublishedList, Reply},
    },
    services::Services,
};

/// Replace all allocations of an experiment
///
/// Published if the experiment runs. The ETag is the experiment's.
#[utoipa::path(
    put, path = "/experiments/{id}/allocations", tag = "variants", request_body = AllocationsPut,
    params(ExperimentId, Precondition),
    responses(PublishedList::<Allocation>, WriteProblems)
)]
pub(in crate::routes) async fn put(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    Body(request): Body<AllocationsPut>,
) -> Reply<PublishedList<Allocation>> {
    Ok(PublishedList(services.put_allocations(&actor, &id, &precondition, request).await?))
}
