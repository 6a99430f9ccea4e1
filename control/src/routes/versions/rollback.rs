//! Rollback to an older version, and resuming publishing after it.

use axum::extract::State;
use edgewise_api::resources::PublicationStatus;

use crate::{
    routes::{
        errors::WriteErrors,
        extract::{Caller, Ids},
        params::{EnvironmentId, VersionNumber},
        response::{Applied, HandlerResult},
    },
    services::Services,
};

/// Roll back to an older version, and hold back later changes
#[utoipa::path(
    post, path = "/environments/{id}/versions/{version}/rollback", tag = "versions",
    params(VersionNumber),
    responses(Applied::<PublicationStatus>, WriteErrors)
)]
pub(in crate::routes) async fn rollback(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids((id, version)): Ids<(String, String)>,
) -> HandlerResult<Applied<PublicationStatus>> {
    Ok(Applied(services.rollback(&principal, &id, &version).await?))
}

/// Resume publishing after a rollback
#[utoipa::path(
    post, path = "/environments/{id}/resume", tag = "versions",
    params(EnvironmentId),
    responses(Applied::<PublicationStatus>, WriteErrors)
)]
pub(in crate::routes) async fn resume(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids(id): Ids<String>,
) -> HandlerResult<Applied<PublicationStatus>> {
    Ok(Applied(services.resume(&principal, &id).await?))
}
