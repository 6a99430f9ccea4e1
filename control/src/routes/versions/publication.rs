//! Publication status, and previews of a publish.

use axum::extract::State;
use edgewise_api::resources::{Preview, PublicationStatus};

use crate::{
    routes::{
        extract::Ids,
        params::EnvironmentId,
        problems::{ReadProblems, WriteProblems},
        reply::{Json, Reply},
    },
    services::Services,
};

/// Preview a publish, without publishing
#[utoipa::path(
    post, path = "/environments/{id}/versions/preview", tag = "versions",
    params(EnvironmentId),
    responses(
        (status = 200, description = "The snapshot, and its differences from the live one", body = Preview),
        WriteProblems
    )
)]
pub(in crate::routes) async fn preview(
    State(services): State<Services>,
    Ids(id): Ids<String>,
) -> Reply<Json<Preview>> {
    Ok(Json(services.preview(&id).await?))
}

/// Get the publication status of an environment
#[utoipa::path(
    get, path = "/environments/{id}/publication", tag = "versions",
    params(EnvironmentId),
    responses((status = 200, description = "The publication status", body = PublicationStatus), ReadProblems)
)]
pub(in crate::routes) async fn publication(
    State(services): State<Services>,
    Ids(id): Ids<String>,
) -> Reply<Json<PublicationStatus>> {
    Ok(Json(services.publication(&id).await?))
}
