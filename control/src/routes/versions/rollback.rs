//! Going back to an older version, and going on from there.

use axum::extract::State;
use edgewise_api::resources::PublicationStatus;

use crate::{
    routes::{
        extract::{Caller, Ids},
        params::{EnvironmentId, VersionNumber},
        problems::WriteProblems,
        reply::{Done, Reply},
    },
    services::Services,
};

/// Make an older version's content live again, and hold back later changes
#[utoipa::path(
    post, path = "/environments/{id}/versions/{version}/rollback", tag = "versions",
    params(VersionNumber),
    responses(Done::<PublicationStatus>, WriteProblems)
)]
pub(in crate::routes) async fn rollback(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids((id, version)): Ids<(String, String)>,
) -> Reply<Done<PublicationStatus>> {
    Ok(Done(services.rollback(&actor, &id, &version).await?))
}

/// Publish changes again after a rollback
#[utoipa::path(
    post, path = "/environments/{id}/resume", tag = "versions",
    params(EnvironmentId),
    responses(Done::<PublicationStatus>, WriteProblems)
)]
pub(in crate::routes) async fn resume(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
) -> Reply<Done<PublicationStatus>> {
    Ok(Done(services.resume(&actor, &id).await?))
}
