use axum::{extract::State, http::StatusCode};
use edgewise_api::resources::{Allocation, AllocationsPut};

use super::{
    described::{List, Published, WriteProblems},
    extract::{Caller, Ids},
    reply::{Reply, changed},
};
use crate::services::Services;
use edgewise_http::{IfMatch, JsonBody};

/// Replace all allocations of an experiment
///
/// Published if the experiment runs. The ETag is the experiment's.
#[utoipa::path(
    put, path = "/experiments/{id}/allocations", tag = "variants", request_body = AllocationsPut,
    params(("id" = String, Path, description = "UUID of the experiment"), ("If-Match" = Option<String>, Header, description = "The ETag the experiment must still have")),
    responses(Published::<List<Allocation>>, WriteProblems)
)]
pub(super) async fn put(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    JsonBody(body): JsonBody,
) -> Reply {
    let request = AllocationsPut::from_body(&body)?;
    changed(StatusCode::OK, &services.put_allocations(&actor, &id, &precondition, request).await?)
}
