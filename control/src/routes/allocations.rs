use axum::{extract::State, http::StatusCode};
use edgewise_api::resources::{Allocation, AllocationsPut};

use super::{
    described::{List, Published, WriteProblems},
    extract::Ids,
    reply::{Reply, changed},
};
use crate::{
    actor::Actor,
    http::JsonBody,
    services::{Precondition, Services},
};

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
    actor: Actor,
    Ids(id): Ids<String>,
    precondition: Precondition,
    JsonBody(body): JsonBody,
) -> Reply {
    let request = AllocationsPut::from_body(&body)?;
    changed(StatusCode::OK, &services.put_allocations(&actor, &id, &precondition, request).await?)
}
