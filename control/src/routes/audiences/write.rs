//! Writing audiences.

use axum::extract::State;
use edgewise_api::resources::{Audience, AudienceCreate, AudiencePatch};
use edgewise_http::IfMatch;

use crate::{
    routes::{
        body::Body,
        errors::WriteErrors,
        extract::{Caller, Ids},
        params::{AudienceId, Precondition},
        response::{Created, Deleted, HandlerResult, Updated},
    },
    services::Services,
};

/// Create an audience
#[utoipa::path(
    post, path = "/audiences", tag = "audiences", request_body = AudienceCreate,
    responses(Created::<Audience>, WriteErrors)
)]
pub(in crate::routes) async fn create(
    State(services): State<Services>,
    Caller(principal): Caller,
    Body(request): Body<AudienceCreate>,
) -> HandlerResult<Created<Audience>> {
    Ok(Created(services.create_audience(&principal, &request).await?))
}

/// Update the name or the rules of an audience
///
/// The change is published if the request has rules and a running experiment uses the audience.
#[utoipa::path(
    patch, path = "/audiences/{id}", tag = "audiences", request_body = AudiencePatch,
    params(AudienceId, Precondition),
    responses(Updated::<Audience>, WriteErrors)
)]
pub(in crate::routes) async fn update(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    Body(request): Body<AudiencePatch>,
) -> HandlerResult<Updated<Audience>> {
    Ok(Updated(services.update_audience(&principal, &id, &precondition, &request).await?))
}

/// Delete an audience
///
/// The audience is detached from its experiments. The change is published if one of these experiments is running.
#[utoipa::path(
    delete, path = "/audiences/{id}", tag = "audiences",
    params(AudienceId, Precondition),
    responses(Deleted::<Audience>, WriteErrors)
)]
pub(in crate::routes) async fn delete(
    State(services): State<Services>,
    Caller(principal): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
) -> HandlerResult<Deleted<Audience>> {
    Ok(Deleted(services.delete_audience(&principal, &id, &precondition).await?))
}
