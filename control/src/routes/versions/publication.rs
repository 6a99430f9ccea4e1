//! What is live, and what a publish would make live.

use axum::extract::State;
use edgewise_api::resources::{Preview, PublicationStatus};

use crate::{
    routes::{
        extract::Ids,
        params::EnvironmentId,
        problems::{ReadProblems, WriteProblems},
        reply::{Plain, Reply},
    },
    services::Services,
};

/// Show what a publish would make live, without publishing
#[utoipa::path(
    post, path = "/environments/{id}/versions/preview", tag = "versions",
    params(EnvironmentId),
    responses(
        (status = 200, description = "The snapshot, and how it differs from what is live", body = Preview),
        WriteProblems
    )
)]
pub(in crate::routes) async fn preview(
    State(services): State<Services>,
    Ids(id): Ids<String>,
) -> Reply<Plain<Preview>> {
    Ok(Plain(services.preview(&id).await?))
}

/// Show where an environment stands in being published
#[utoipa::path(
    get, path = "/environments/{id}/publication", tag = "versions",
    params(EnvironmentId),
    responses((status = 200, description = "Where it stands", body = PublicationStatus), ReadProblems)
)]
pub(in crate::routes) async fn publication(
    State(services): State<Services>,
    Ids(id): Ids<String>,
) -> Reply<Plain<PublicationStatus>> {
    Ok(Plain(services.publication(&id).await?))
}
