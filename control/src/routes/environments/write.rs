//! Writing environments.

use axum::extract::State;
use edgewise_api::resources::{Environment, EnvironmentCreate};

use crate::{
    routes::{
        body::Body,
        extract::Caller,
        problems::WriteProblems,
        reply::{Created, Reply},
    },
    services::Services,
};

/// Create an environment
#[utoipa::path(
    post, path = "/environments", tag = "environments", request_body = EnvironmentCreate,
    responses(Created::<Environment>, WriteProblems)
)]
pub(in crate::routes) async fn create(
    State(services): State<Services>,
    Caller(actor): Caller,
    Body(request): Body<EnvironmentCreate>,
) -> Reply<Created<Environment>> {
    Ok(Created(services.create_environment(&actor, &request).await?))
}
