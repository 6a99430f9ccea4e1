use axum::{
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use edgewise_api::{
    diff::Diff,
    page::{Page, PageRequest},
    resources::{Preview, PublicationStatus, Version},
};

use super::{
    described::{Done, ReadProblems, WriteProblems},
    extract::{Caller, Ids, QueryText},
    reply::{Reply, plain, published},
};
use crate::services::Services;

/// List an environment's versions, the newest first
#[utoipa::path(
    get, path = "/environments/{id}/versions", tag = "versions",
    params(
        ("id" = String, Path, description = "UUID of the environment"),
        ("page" = Option<u64>, Query, minimum = 1, description = "From 1; together with `pageSize`"),
        ("pageSize" = Option<u64>, Query, minimum = 1, maximum = 100, description = "Together with `page`"),
    ),
    responses((status = 200, description = "One page", body = Page<Version>), ReadProblems)
)]
pub(super) async fn list(State(services): State<Services>, Ids(id): Ids<String>, query: QueryText) -> Reply {
    let page = PageRequest::from_query(&query.parse()?)?;
    plain(StatusCode::OK, &services.versions(&id, page).await?)
}

/// Show the snapshot of a version, as it was published
#[utoipa::path(
    get, path = "/environments/{id}/versions/{version}", tag = "versions",
    params(
        ("id" = String, Path, description = "UUID of the environment"),
        ("version" = u64, Path, description = "Its number"),
    ),
    responses((status = 200, description = "The snapshot", body = Object), ReadProblems)
)]
pub(super) async fn show(
    State(services): State<Services>,
    Ids((id, version)): Ids<(String, String)>,
) -> Reply {
    let snapshot = services.version(&id, &version).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], snapshot).into_response())
}

/// Compare a version with another, or with what was live before it
#[utoipa::path(
    get, path = "/environments/{id}/versions/{version}/diff", tag = "versions",
    params(
        ("id" = String, Path, description = "UUID of the environment"),
        ("version" = u64, Path, description = "Its number"),
        ("against" = Option<u64>, Query, description = "The other version; by default the one that was live before"),
    ),
    responses((status = 200, description = "What is different in the version", body = Diff), ReadProblems)
)]
pub(super) async fn diff(
    State(services): State<Services>,
    Ids((id, version)): Ids<(String, String)>,
    query: QueryText,
) -> Reply {
    let query = query.parse()?;
    plain(StatusCode::OK, &services.diff(&id, &version, query.optional("against")?).await?)
}

/// Show what a publish would make live, without publishing
#[utoipa::path(
    post, path = "/environments/{id}/versions/preview", tag = "versions",
    params(("id" = String, Path, description = "UUID of the environment")),
    responses(
        (status = 200, description = "The snapshot, and how it differs from what is live", body = Preview),
        WriteProblems
    )
)]
pub(super) async fn preview(State(services): State<Services>, Ids(id): Ids<String>) -> Reply {
    plain(StatusCode::OK, &services.preview(&id).await?)
}

/// Make an older version's content live again, and hold back later changes
#[utoipa::path(
    post, path = "/environments/{id}/versions/{version}/rollback", tag = "versions",
    params(
        ("id" = String, Path, description = "UUID of the environment"),
        ("version" = u64, Path, description = "Its number"),
    ),
    responses(Done::<PublicationStatus>, WriteProblems)
)]
pub(super) async fn rollback(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids((id, version)): Ids<(String, String)>,
) -> Reply {
    published(&services.rollback(&actor, &id, &version).await?)
}

/// Publish changes again after a rollback
#[utoipa::path(
    post, path = "/environments/{id}/resume", tag = "versions",
    params(("id" = String, Path, description = "UUID of the environment")),
    responses(Done::<PublicationStatus>, WriteProblems)
)]
pub(super) async fn resume(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
) -> Reply {
    published(&services.resume(&actor, &id).await?)
}

/// Show where an environment stands in being published
#[utoipa::path(
    get, path = "/environments/{id}/publication", tag = "versions",
    params(("id" = String, Path, description = "UUID of the environment")),
    responses((status = 200, description = "Where it stands", body = PublicationStatus), ReadProblems)
)]
pub(super) async fn publication(State(services): State<Services>, Ids(id): Ids<String>) -> Reply {
    plain(StatusCode::OK, &services.publication(&id).await?)
}
