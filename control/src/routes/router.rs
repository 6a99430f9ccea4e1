//! The list of all routes, and the OpenAPI document.

use axum::Router;
use edgewise_api::{
    diff::{Changed, Changes, Diff, FieldChange, Named},
    error::ErrorBody,
    resources::{
        Allocation, Audience, AudienceRow, Condition, Environment, Experiment, ExperimentRow,
        ExperimentWithEnvironment, Preview, PublicationStatus, Rule, Status, Variant, Version, VersionState,
    },
};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{audiences, environments, experiments, versions};
use crate::services::Services;

/// The general part of the OpenAPI document.
#[derive(OpenApi)]
#[openapi(
    info(title = "Edgewise", description = "Experiments and feature flags, decided where the request is."),
    components(schemas(
        ErrorBody, Allocation, Audience, AudienceRow, Environment, Experiment, ExperimentRow,
        ExperimentWithEnvironment, Rule, Condition, Status, Variant, Version, VersionState,
        PublicationStatus, Preview, Diff, Changes, Named, Changed, FieldChange,
    )),
    tags(
        (name = "environments", description = "Separate sets of experiments, each with its own snapshots"),
        (name = "audiences", description = "Named, reusable sets of targeting rules"),
        (name = "experiments", description = "Experiments, which split users into variants"),
        (name = "variants", description = "Variants of an experiment, and the allocation of buckets to variants"),
        (name = "versions", description = "Published versions, rollback and publication status"),
    )
)]
struct Document;

/// Returns the routes, without a prefix.
pub fn routes(services: Services) -> Router {
    described().split_for_parts().0.with_state(services)
}

/// Returns the OpenAPI document of [`routes()`].
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().split_for_parts().1
}

fn described() -> OpenApiRouter<Services> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(environments::write::create, environments::read::list))
        .routes(routes!(environments::read::show))
        .routes(routes!(audiences::write::create, audiences::read::list))
        .routes(routes!(audiences::read::show, audiences::write::update, audiences::write::delete))
        .routes(routes!(experiments::write::create, experiments::read::list))
        .routes(routes!(experiments::read::show, experiments::write::update, experiments::write::delete))
        .routes(routes!(experiments::status::update_status))
        .routes(routes!(experiments::status::publish))
        .routes(routes!(experiments::variants::create, experiments::variants::patch))
        .routes(routes!(experiments::variants::update, experiments::variants::delete))
        .routes(routes!(experiments::allocations::put))
        .routes(routes!(versions::history::list))
        .routes(routes!(versions::publication::preview))
        .routes(routes!(versions::history::show))
        .routes(routes!(versions::history::diff))
        .routes(routes!(versions::rollback::rollback))
        .routes(routes!(versions::rollback::resume))
        .routes(routes!(versions::publication::publication))
        .routes(routes!(versions::stream::stream))
}
