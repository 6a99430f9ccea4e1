//! The variants of an experiment.

use axum::extract::State;
use edgewise_api::resources::{Variant, VariantCreate, VariantPatch, VariantsPatch};
use edgewise_http::IfMatch;

use crate::{
    routes::{
        body::Body,
        extract::{Caller, Ids},
        params::{ExperimentId, Precondition, VariantIds},
        problems::WriteProblems,
        reply::{CreatedAndPublished, Published, PublishedList, Reply},
    },
    services::Services,
};

/// Add a variant to an experiment
///
/// Published if the experiment runs. The ETag is the experiment's.
#[utoipa::path(
    post, path = "/experiments/{id}/variants", tag = "variants", request_body = VariantCreate,
    params(ExperimentId, Precondition),
    responses(CreatedAndPublished::<Variant>, WriteProblems)
)]
pub(in crate::routes) async fn create(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    Body(request): Body<VariantCreate>,
) -> Reply<CreatedAndPublished<Variant>> {
    Ok(CreatedAndPublished(services.create_variant(&actor, &id, &precondition, request).await?))
}

/// Delete, change and add variants, in that order: all or nothing
///
/// Answers all variants. Published if the experiment runs. The ETag is the experiment's.
#[utoipa::path(
    patch, path = "/experiments/{id}/variants", tag = "variants", request_body = VariantsPatch,
    params(ExperimentId, Precondition),
    responses(PublishedList::<Variant>, WriteProblems)
)]
pub(in crate::routes) async fn patch(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    Body(request): Body<VariantsPatch>,
) -> Reply<PublishedList<Variant>> {
    Ok(PublishedList(services.patch_variants(&actor, &id, &precondition, request).await?))
}

/// Change a variant's name or payload
///
/// Published if the experiment runs. The ETag is the experiment's.
#[utoipa::path(
    patch, path = "/experiments/{id}/variants/{variantId}", tag = "variants", request_body = VariantPatch,
    params(VariantIds, Precondition),
    responses(Published::<Variant>, WriteProblems)
)]
pub(in crate::routes) async fn update(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids((id, variant_id)): Ids<(String, String)>,
    IfMatch(precondition): IfMatch,
    Body(request): Body<VariantPatch>,
) -> Reply<Published<Variant>> {
    let ids = (id.as_str(), variant_id.as_str());
    Ok(Published(services.update_variant(&actor, ids, &precondition, &request).await?))
}

/// Delete a variant and its allocations
///
/// Published if the experiment runs. The ETag is the experiment's.
#[utoipa::path(
    delete, path = "/experiments/{id}/variants/{variantId}", tag = "variants",
    params(VariantIds, Precondition),
    responses(Published::<Variant>, WriteProblems)
)]
pub(in crate::routes) async fn delete(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids((id, variant_id)): Ids<(String, String)>,
    IfMatch(precondition): IfMatch,
) -> Reply<Published<Variant>> {
    let ids = (id.as_str(), variant_id.as_str());
    Ok(Published(services.delete_variant(&actor, ids, &precondition).await?))
}
