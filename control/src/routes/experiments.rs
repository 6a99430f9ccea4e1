use axum::{extract::State, http::StatusCode};
use edgewise_api::{
    ApiError,
    error::ErrorBody,
    page::{Page, PageRequest},
    resources::{
        Experiment, ExperimentCreate, ExperimentPatch, ExperimentWithEnvironment, Status, StatusPatch,
    },
};

use super::{
    described::{Created, Deleted, Published, ReadProblems, Shown, WriteProblems},
    extract::{Caller, Ids, QueryText},
    reply::{Reply, changed, plain, published, stored},
};
use crate::services::Services;
use edgewise_api::resources::ExperimentFilter;
use edgewise_http::{IfMatch, JsonBody, json_response};

/// Make an experiment, a draft
#[utoipa::path(
    post, path = "/experiments", tag = "experiments", request_body = ExperimentCreate,
    responses(Created::<Experiment>, WriteProblems)
)]
pub(super) async fn create(
    State(services): State<Services>,
    Caller(actor): Caller,
    JsonBody(body): JsonBody,
) -> Reply {
    let request = ExperimentCreate::from_body(&body)?;
    stored(StatusCode::CREATED, &services.create_experiment(&actor, &request).await?)
}

/// List the experiments, newest first
#[utoipa::path(
    get, path = "/experiments", tag = "experiments",
    params(
        ("environmentId" = Option<String>, Query, description = "Only those of this environment"),
        ("status" = Option<Status>, Query, description = "Only those of this status"),
        ("page" = Option<u64>, Query, minimum = 1, description = "From 1; together with `pageSize`"),
        ("pageSize" = Option<u64>, Query, minimum = 1, maximum = 100, description = "Together with `page`"),
    ),
    responses((status = 200, description = "One page", body = Page<Experiment>), ReadProblems)
)]
pub(super) async fn list(State(services): State<Services>, query: QueryText) -> Reply {
    let query = query.parse()?;
    let unknown = || ApiError::invalid("`status` must be one of DRAFT, RUNNING, PAUSED, ARCHIVED");
    let status = query.optional("status")?.map(|name| Status::from_name(name).ok_or_else(unknown));
    let filter =
        ExperimentFilter { environment_id: query.optional("environmentId")?, status: status.transpose()? };
    let page = PageRequest::from_query(&query)?;
    plain(StatusCode::OK, &services.experiments(filter, page).await?)
}

/// Show an experiment
#[utoipa::path(
    get, path = "/experiments/{id}", tag = "experiments",
    params(("id" = String, Path, description = "UUID")),
    responses(Shown::<Experiment>, ReadProblems)
)]
pub(super) async fn show(State(services): State<Services>, Ids(id): Ids<String>) -> Reply {
    stored(StatusCode::OK, &services.experiment(&id).await?)
}

/// Change an experiment's name, description, audience or rules
///
/// Published if it runs and its audience or rules were sent.
#[utoipa::path(
    patch, path = "/experiments/{id}", tag = "experiments", request_body = ExperimentPatch,
    params(("id" = String, Path, description = "UUID"), ("If-Match" = Option<String>, Header, description = "The ETag it must still have")),
    responses(Published::<Experiment>, WriteProblems)
)]
pub(super) async fn update(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    JsonBody(body): JsonBody,
) -> Reply {
    let request = ExperimentPatch::from_body(&body)?;
    changed(StatusCode::OK, &services.update_experiment(&actor, &id, &precondition, &request).await?)
}

/// Change an experiment's status
///
/// DRAFT may become RUNNING, RUNNING may become PAUSED and back, and all three ARCHIVED. Always published.
#[utoipa::path(
    patch, path = "/experiments/{id}/status", tag = "experiments", request_body = StatusPatch,
    params(("id" = String, Path, description = "UUID"), ("If-Match" = Option<String>, Header, description = "The ETag it must still have")),
    responses(Published::<Experiment>, WriteProblems)
)]
pub(super) async fn update_status(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
    JsonBody(body): JsonBody,
) -> Reply {
    let request = StatusPatch::from_body(&body)?;
    changed(StatusCode::OK, &services.update_status(&actor, &id, &precondition, request).await?)
}

/// Publish the experiment's environment now
///
/// Answers the snapshot that is live then.
#[utoipa::path(
    post, path = "/experiments/{id}/publish", tag = "experiments",
    params(("id" = String, Path, description = "UUID"), ("If-Match" = Option<String>, Header, description = "The ETag it must still have")),
    responses(
        (status = 200, description = "The snapshot that is live", body = Object),
        (status = 500, description = "Not live yet; the text says why", body = ErrorBody),
        WriteProblems
    )
)]
pub(super) async fn publish(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
) -> Reply {
    Ok(json_response(StatusCode::OK, services.publish(&actor, &id, &precondition).await?))
}

/// Delete an experiment and all that belongs to it
///
/// Always published.
#[utoipa::path(
    delete, path = "/experiments/{id}", tag = "experiments",
    params(("id" = String, Path, description = "UUID"), ("If-Match" = Option<String>, Header, description = "The ETag it must still have")),
    responses(Deleted::<ExperimentWithEnvironment>, WriteProblems)
)]
pub(super) async fn delete(
    State(services): State<Services>,
    Caller(actor): Caller,
    Ids(id): Ids<String>,
    IfMatch(precondition): IfMatch,
) -> Reply {
    published(&services.delete_experiment(&actor, &id, &precondition).await?)
}
