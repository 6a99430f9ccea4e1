use axum::{extract::State, http::StatusCode};
use edgewise_api::{
    page::{Page, PageRequest},
    resources::{Audience, AudienceCreate, AudiencePatch},
};

use super::{
    described::{Created, Deleted, Published, ReadProblems, Shown, WriteProblems},
    extract::{Caller, Ids, QueryText},
    reply::{Reply, changed, plain, published, stored},
};
use crate::services::Services;
use edgewise_http::{IfMatch, JsonBody};

/// Make an audience
#[utoipa::path(
    post, path = "/audiences", tag = "audiences", request_body = AudienceCreate,
    responses(Created::<Audience>, WriteProblems)
)]
pub(super) async fn create(
    State(services): State<Services>,
    Caller(actor): Caller,
    JsonBody(body): JsonBody,
) -> Reply {
    let request = AudienceCreate::from_body(&body)?;
    stored(StatusCode::CREATED, &services.create_audience(&actor, &request).await?)
}

/// List the audiences, newest first
#[utoipa::path(
    get, path = "/audiences", tag = "audiences",
    params(
        ("environmentId" = Option<String>, Query, description = "Only those of this environment"),
        ("page" = Option<u64>, Query, minimum = 1, description = "From 1; together with `pageSize`"),
        ("pageSize" = Option<u64>, Query, minimum = 1, maximum = 100, description = "Together with `page`"),
    ),
    responses((status = 200, description = "One page", body = Page<Audience>), ReadProblems)
)]
pub(super) async fn list(State(services): State<Services>, query: QueryText) -> Reply {
    let query = query.parse()?;
    let (environment_id, page) = (query.optional("environmentId")?, PageRequest::from_query(&query)?);
    plain(StatusCode::OK, &services.audiences(environment_id, page).await?)
}

/// Show an audience
#[utoipa::path(
    get, path = "/audiences/{id}", tag = "audiences",
    params(("id" = String, Path, description = "UUID")),
    responses(Shown::<Audience>, ReadProblems)
)]
pub(super) async fn show(State(services): State<Services>, Ids(id): Ids<String>) -> Reply {
    stored(StatusCode::OK, &services.audience(&id).await?)
}

/// Change an audience's name or rules
///
/// Published if rules were sent and a running experiment uses it.
#[utoipa::path(
    patch, path = "/audiences/{id}", tag = "audiences", request_body = AudiencePatch,
    params(("id" = String, Path, description = "UUID"), ("If-Match" = Option<String>, Header, description = "The ETag it must still have")),
    responses(Published::<Audience>, WriteProblems)
)]
pub(super) async fn update(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    JsonBody(body): JsonBody,
) -> Reply {
    let request = AudiencePatch::from_body(&body)?;
    changed(StatusCode::OK, &services.update_audience(&actor, &id, &precondition, &request).await?)
}

/// Delete an audience
///
/// It is detached from its experiments. Published if one of them runs.
#[utoipa::path(
    delete, path = "/audiences/{id}", tag = "audiences",
    params(("id" = String, Path, description = "UUID"), ("If-Match" = Option<String>, Header, description = "The ETag it must still have")),
    responses(Deleted::<Audience>, WriteProblems)
)]
pub(super) async fn delete(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
) -> Reply {
    published(&services.delete_audience(&actor, &id, &precondition).await?)
}
