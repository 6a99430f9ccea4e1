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
        reply::{Plain, Reply, Shown},
    },
    services::Services,
};

/// List the environments, by name
#[utoipa::path(
    get, path = "/environments", tag = "environments",
    params(Paging),
    responses((status = 200, description = "One page", body = Page<Environment>), ReadProblems)
)]
pub(in crate::routes) async fn list(
    State(services): State<Services>,
    Params(page): Params<PageRequest>,
) -> Reply<Plain<Page<Environment>>> {
    Ok(Plain(services.environments(page).await?))
}

/// Show an environment
#[utoipa::path(
    get, path = "/environments/{id}", tag = "environments",
    params(EnvironmentId),
    responses(Shown::<Environment>, ReadProblems)
)]
pub(in crate::routes) async fn show(
    State(services): State<Services>,
    Ids(id): Ids<String>,
) -> Reply<Shown<Environment>> {
    Ok(Shown(services.environment(&id).await?))
}
