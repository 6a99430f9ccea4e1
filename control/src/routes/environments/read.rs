//! Reading environments.

use axum::extract::State;
use edgewise_api::{
    page::{Page, PageRequest},
    resources::Environment,
};

use crate::{
    routes::{
        extract::Ids,
        params::{EnvironmentId, Paging},
        problems::ReadProblems,
        query::Params,
        reply::{Json, Reply, Resource},
    },
    services::Services,
};

/// List environments by name
#[utoipa::path(
    get, path = "/environments", tag = "environments",
    params(Paging),
    responses((status = 200, description = "A page of environments", body = Page<Environment>), ReadProblems)
)]
pub(in crate::routes) async fn list(
    State(services): State<Services>,
    Params(page): Params<PageRequest>,
) -> Reply<Json<Page<Environment>>> {
    Ok(Json(services.environments(page).await?))
}

/// Get an environment
#[utoipa::path(
    get, path = "/environments/{id}", tag = "environments",
    params(EnvironmentId),
    responses(Resource::<Environment>, ReadProblems)
)]
pub(in crate::routes) async fn show(
    State(services): State<Services>,
    Ids(id): Ids<String>,
) -> Reply<Resource<Environment>> {
    Ok(Resource(services.environment(&id).await?))
}
