//! The history of an environment's versions.

use axum::{extract::State, http::StatusCode, response::Response};
use edgewise_api::{
    ApiError,
    diff::Diff,
    page::{Page, PageRequest},
    query::Query,
    resources::Version,
};
use edgewise_http::json_response;
use utoipa::IntoParams;

use crate::{
    routes::{
        errors::ReadErrors,
        extract::{Caller, Ids},
        params::{EnvironmentId, Paging, VersionNumber},
        query::{FromQuery, Params},
        response::{HandlerResult, Json},
    },
    services::Services,
};

/// The other version of a comparison.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct Comparison {
    /// Number of the other version; by default the version that was live before
    #[param(value_type = Option<u64>)]
    against: Option<String>,
}

impl FromQuery for Comparison {
    fn from_query(query: &Query<'_>) -> Result<Self, ApiError> {
        Ok(Self { against: query.optional("against")?.map(str::to_owned) })
    }
}

/// List the versions of an environment, newest first
#[utoipa::path(
    get, path = "/environments/{id}/versions", tag = "versions",
    params(EnvironmentId, Paging),
    responses((status = 200, description = "A page of versions", body = Page<Version>), ReadErrors)
)]
pub(in crate::routes) async fn list(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids(id): Ids<String>,
    Params(page): Params<PageRequest>,
) -> HandlerResult<Json<Page<Version>>> {
    Ok(Json(services.versions(&principal, &id, page).await?))
}

/// Get the snapshot of a version, as published
#[utoipa::path(
    get, path = "/environments/{id}/versions/{version}", tag = "versions",
    params(VersionNumber),
    responses((status = 200, description = "The snapshot", body = Object), ReadErrors)
)]
pub(in crate::routes) async fn show(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids((id, version)): Ids<(String, String)>,
) -> HandlerResult<Response> {
    Ok(json_response(StatusCode::OK, services.version(&principal, &id, &version).await?))
}

/// Compare a version with another version, by default the version that was live before
#[utoipa::path(
    get, path = "/environments/{id}/versions/{version}/diff", tag = "versions",
    params(VersionNumber, Comparison),
    responses((status = 200, description = "The differences", body = Diff), ReadErrors)
)]
pub(in crate::routes) async fn diff(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids((id, version)): Ids<(String, String)>,
    Params(comparison): Params<Comparison>,
) -> HandlerResult<Json<Diff>> {
    let against = comparison.against.as_deref();
    Ok(Json(services.difference(&principal, &id, &version, against).await?.diff))
}
