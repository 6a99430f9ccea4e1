//! The control plane's routes. All of them stand in [`routes`], with the OpenAPI document that describes them.

mod allocations;
mod audiences;
mod described;
mod environments;
mod experiments;
mod extract;
mod reply;
mod stream;
mod variants;
mod versions;

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

use crate::services::Services;

/// What the document says about all of them.
#[derive(OpenApi)]
#[openapi(
    info(title = "Edgewise", description = "Experiments and feature flags, decided where the request is."),
    components(schemas(
        ErrorBody, Allocation, Audience, AudienceRow, Environment, Experiment, ExperimentRow,
        ExperimentWithEnvironment, Rule, Condition, Status, Variant, Version, VersionState,
        PublicationStatus, Preview, Diff, Changes, Named, Changed, FieldChange,
    )),
    tags(
        (name = "environments", description = "Places that have their own experiments and snapshots"),
        (name = "audiences", description = "Named, reusable sets of targeting rules"),
        (name = "experiments", description = "Splits of users into variants"),
        (name = "variants", description = "What an experiment's users can get, and who gets it"),
        (name = "versions", description = "What was published, and going back to it"),
    )
)]
struct Document;

/// The routes. Paths are those of a control plane of its own.
pub fn routes(services: Services) -> Router {
    described().split_for_parts().0.with_state(services)
}

/// The document that describes [`routes`].
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().split_for_parts().1
}

fn described() -> OpenApiRouter<Services> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(environments::create, environments::list))
        .routes(routes!(environments::show))
        .routes(routes!(audiences::create, audiences::list))
        .routes(routes!(audiences::show, audiences::update, audiences::delete))
        .routes(routes!(experiments::create, experiments::list))
        .routes(routes!(experiments::show, experiments::update, experiments::delete))
        .routes(routes!(experiments::update_status))
        .routes(routes!(experiments::publish))
        .routes(routes!(variants::create, variants::patch))
        .routes(routes!(variants::update, variants::delete))
        .routes(routes!(allocations::put))
        .routes(routes!(versions::list))
        .routes(routes!(versions::preview))
        .routes(routes!(versions::show))
        .routes(routes!(versions::diff))
        .routes(routes!(versions::rollback))
        .routes(routes!(versions::resume))
        .routes(routes!(versions::publication))
        .routes(routes!(stream::stream))
}
