//! Publication status, and previews of a publish.

use axum::extract::State;
use edgewise_api::resources::{Preview, PublicationStatus};

use crate::{
    routes::{
        errors::{ReadErrors, WriteErrors},
        extract::{Caller, Ids},
        params::EnvironmentId,
        response::{HandlerResult, Json},
    },
    services::Services,
};

/// Preview a publish, without publishing
#[utoipa::path(
    post, path = "/environments/{id}/versions/preview", tag = "versions",
    params(EnvironmentId),
    responses(
        (status = 200, description = "The snapshot, and its differences from the live one", body = Preview),
        WriteErrors
    )
)]
pub(in crate::routes) async fn preview(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids(id): Ids<String>,
) -> HandlerResult<Json<Preview>> {
    Ok(Json(services.preview(&principal, &id).await?))
}

/// Get the publication status of an environment
#[utoipa::path(
    get, path = "/environments/{id}/publication", tag = "versions",
    params(EnvironmentId),
    responses((status = 200, description = "The publication status", body = PublicationStatus), ReadErrors)
)]
pub(in crate::routes) async fn publication(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids(id): Ids<String>,
) -> HandlerResult<Json<PublicationStatus>> {
    Ok(Json(services.publication(&principal, &id).await?))
}
