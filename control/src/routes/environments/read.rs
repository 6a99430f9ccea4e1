//! Reading environments.

use axum::extract::State;
use edgewise_api::{
    page::{Page, PageRequest},
    resources::Environment,
};

use crate::{
    routes::{
        errors::ReadErrors,
        extract::{Caller, Ids},
        params::{EnvironmentId, Paging},
        query::{Params, SearchWords},
        response::{HandlerResult, Json, Resource},
    },
    services::Services,
};

/// List environments by name
#[utoipa::path(
    get, path = "/environments", tag = "environments",
    params(SearchWords, Paging),
    responses((status = 200, description = "A page of environments", body = Page<Environment>), ReadErrors)
)]
pub(in crate::routes) async fn list(
    State(services): State<Services>,
    Caller(principal): Caller,
    Params(SearchWords { search }): Params<SearchWords>,
    Params(page): Params<PageRequest>,
) -> HandlerResult<Json<Page<Environment>>> {
    Ok(Json(services.environments(&principal, search.as_ref(), page).await?))
}

/// Get an environment
#[utoipa::path(
    get, path = "/environments/{id}", tag = "environments",
    params(EnvironmentId),
    responses(Resource::<Environment>, ReadErrors)
)]
pub(in crate::routes) async fn show(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids(id): Ids<String>,
) -> HandlerResult<Resource<Environment>> {
    Ok(Resource(services.environment(&principal, &id).await?))
}
