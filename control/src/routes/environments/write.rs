//! Writing environments.

use axum::extract::State;
use edgewise_api::resources::{Environment, EnvironmentCreate};

use crate::{
    routes::{
        body::Body,
        errors::WriteErrors,
        extract::Caller,
        response::{Created, HandlerResult},
    },
    services::Services,
};

/// Create an environment
#[utoipa::path(
    post, path = "/environments", tag = "environments", request_body = EnvironmentCreate,
    responses(Created::<Environment>, WriteErrors)
)]
pub(in crate::routes) async fn create(
    State(services): State<Services>,
    Caller(principal): Caller,
    Body(request): Body<EnvironmentCreate>,
) -> HandlerResult<Created<Environment>> {
    Ok(Created(services.create_environment(&principal, &request).await?))
}
