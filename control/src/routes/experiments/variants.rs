//! The variants of an experiment.

use axum::extract::State;
use edgewise_api::resources::{Variant, VariantCreate, VariantPatch, VariantsPatch};
use edgewise_http::IfMatch;

use crate::{
    routes::{
        body::Body,
        errors::WriteErrors,
        extract::{Caller, Ids},
        params::{ExperimentId, Precondition, VariantIds},
        response::{CreatedAndPublished, HandlerResult, Updated, UpdatedList},
    },
    services::Services,
};

/// Add a variant to an experiment
///
/// The change is published if the experiment is running. The response has the ETag of the experiment.
#[utoipa::path(
    post, path = "/experiments/{id}/variants", tag = "variants", request_body = VariantCreate,
    params(ExperimentId, Precondition),
    responses(CreatedAndPublished::<Variant>, WriteErrors)
)]
pub(in crate::routes) async fn create(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    Body(request): Body<VariantCreate>,
) -> HandlerResult<CreatedAndPublished<Variant>> {
    Ok(CreatedAndPublished(services.create_variant(&principal, &id, &precondition, request).await?))
}

/// Delete, update and add variants in this order, all or nothing
///
/// Returns all variants. The change is published if the experiment is running. The response has the ETag of the
/// experiment.
#[utoipa::path(
    patch, path = "/experiments/{id}/variants", tag = "variants", request_body = VariantsPatch,
    params(ExperimentId, Precondition),
    responses(UpdatedList::<Variant>, WriteErrors)
)]
pub(in crate::routes) async fn patch(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    Body(request): Body<VariantsPatch>,
) -> HandlerResult<UpdatedList<Variant>> {
    Ok(UpdatedList(services.patch_variants(&principal, &id, &precondition, request).await?))
}

/// Update the name or the payload of a variant
///
/// The change is published if the experiment is running. The response has the ETag of the experiment.
#[utoipa::path(
    patch, path = "/experiments/{id}/variants/{variantId}", tag = "variants", request_body = VariantPatch,
    params(VariantIds, Precondition),
    responses(Updated::<Variant>, WriteErrors)
)]
pub(in crate::routes) async fn update(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids((id, variant_id)): Ids<(String, String)>,
    IfMatch(precondition): IfMatch,
    Body(request): Body<VariantPatch>,
) -> HandlerResult<Updated<Variant>> {
    let ids = (id.as_str(), variant_id.as_str());
    Ok(Updated(services.update_variant(&principal, ids, &precondition, &request).await?))
}

/// Delete a variant and its allocations
///
/// The change is published if the experiment is running. The response has the ETag of the experiment.
#[utoipa::path(
    delete, path = "/experiments/{id}/variants/{variantId}", tag = "variants",
    params(VariantIds, Precondition),
    responses(Updated::<Variant>, WriteErrors)
)]
pub(in crate::routes) async fn delete(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids((id, variant_id)): Ids<(String, String)>,
    IfMatch(precondition): IfMatch,
) -> HandlerResult<Updated<Variant>> {
    let ids = (id.as_str(), variant_id.as_str());
    Ok(Updated(services.delete_variant(&principal, ids, &precondition).await?))
}
