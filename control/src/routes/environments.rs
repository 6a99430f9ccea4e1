use axum::{extract::State, http::StatusCode};
use edgewise_api::{
    page::{Page, PageRequest},
    resources::{Environment, EnvironmentCreate},
};

use super::{
    described::{Created, ReadProblems, Shown, WriteProblems},
    extract::{Caller, Ids, QueryText},
    reply::{Reply, plain, stored},
};
use crate::services::Services;
use edgewise_http::JsonBody;

/// Make an environment
#[utoipa::path(
    post, path = "/environments", tag = "environments", request_body = EnvironmentCreate,
    responses(Created::<Environment>, WriteProblems)
)]
pub(super) async fn create(
    State(services): State<Services>,
    Caller(actor): Caller,
    JsonBody(body): JsonBody,
) -> Reply {
    let request = EnvironmentCreate::from_body(&body)?;
    stored(StatusCode::CREATED, &services.create_environment(&actor, &request).await?)
}

/// List the environments, by name
#[utoipa::path(
    get, path = "/environments", tag = "environments",
    params(
        ("page" = Option<u64>, Query, minimum = 1, description = "From 1; together with `pageSize`"),
        ("pageSize" = Option<u64>, Query, minimum = 1, maximum = 100, description = "Together with `page`"),
    ),
    responses((status = 200, description = "One page", body = Page<Environment>), ReadProblems)
)]
pub(super) async fn list(State(services): State<Services>, query: QueryText) -> Reply {
    let page = PageRequest::from_query(&query.parse()?)?;
    plain(StatusCode::OK, &services.environments(page).await?)
}

/// Show an environment
#[utoipa::path(
    get, path = "/environments/{id}", tag = "environments",
    params(("id" = String, Path, description = "UUID")),
    responses(Shown::<Environment>, ReadProblems)
)]
pub(super) async fn show(State(services): State<Services>, Ids(id): Ids<String>) -> Reply {
    stored(StatusCode::OK, &services.environment(&id).await?)
}
