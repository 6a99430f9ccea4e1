use axum::{extract::State, http::StatusCode};
use edgewise_api::resources::{Variant, VariantCreate, VariantPatch, VariantsPatch};

use super::{
    described::{CreatedAndPublished, List, Published, WriteProblems},
    extract::{Caller, Ids},
    reply::{Reply, changed},
};
use crate::services::Services;
use edgewise_http::{IfMatch, JsonBody};

/// Add a variant to an experiment
///
/// Published if the experiment runs. The ETag is the experiment's.
#[utoipa::path(
    post, path = "/experiments/{id}/variants", tag = "variants", request_body = VariantCreate,
    params(("id" = String, Path, description = "UUID of the experiment"), ("If-Match" = Option<String>, Header, description = "The ETag the experiment must still have")),
    responses(CreatedAndPublished::<Variant>, WriteProblems)
)]
pub(super) async fn create(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    JsonBody(body): JsonBody,
) -> Reply {
    let request = VariantCreate::from_body(&body)?;
    changed(StatusCode::CREATED, &services.create_variant(&actor, &id, &precondition, request).await?)
}

/// Delete, change and add variants, in that order: all or nothing
///
/// Answers all variants. Published if the experiment runs. The ETag is the experiment's.
#[utoipa::path(
    patch, path = "/experiments/{id}/variants", tag = "variants", request_body = VariantsPatch,
    params(("id" = String, Path, description = "UUID of the experiment"), ("If-Match" = Option<String>, Header, description = "The ETag the experiment must still have")),
    responses(Published::<List<Variant>>, WriteProblems)
)]
pub(super) async fn patch(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    JsonBody(body): JsonBody,
) -> Reply {
    let request = VariantsPatch::from_body(&body)?;
    changed(StatusCode::OK, &services.patch_variants(&actor, &id, &precondition, request).await?)
}

/// Change a variant's name or payload
///
/// Published if the experiment runs. The ETag is the experiment's.
#[utoipa::path(
    patch, path = "/experiments/{id}/variants/{variantId}", tag = "variants", request_body = VariantPatch,
    params(
        ("id" = String, Path, description = "UUID of the experiment"),
        ("variantId" = String, Path, description = "UUID of the variant"),
        ("If-Match" = Option<String>, Header, description = "The ETag the experiment must still have"),
    ),
    responses(Published::<Variant>, WriteProblems)
)]
pub(super) async fn update(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids((id, variant_id)): Ids<(String, String)>,
    IfMatch(precondition): IfMatch,
    JsonBody(body): JsonBody,
) -> Reply {
    let request = VariantPatch::from_body(&body)?;
    let updated = services.update_variant(&actor, (&id, &variant_id), &precondition, &request).await?;
    changed(StatusCode::OK, &updated)
}

/// Delete a variant and its allocations
///
/// Published if the experiment runs. The ETag is the experiment's.
#[utoipa::path(
    delete, path = "/experiments/{id}/variants/{variantId}", tag = "variants",
    params(
        ("id" = String, Path, description = "UUID of the experiment"),
        ("variantId" = String, Path, description = "UUID of the variant"),
        ("If-Match" = Option<String>, Header, description = "The ETag the experiment must still have"),
    ),
    responses(Published::<Variant>, WriteProblems)
)]
pub(super) async fn delete(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids((id, variant_id)): Ids<(String, String)>,
    IfMatch(precondition): IfMatch,
) -> Reply {
    changed(StatusCode::OK, &services.delete_variant(&actor, (&id, &variant_id), &precondition).await?)
}
