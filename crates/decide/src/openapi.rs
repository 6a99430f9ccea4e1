//! The decision plane's part of the OpenAPI document.

use utoipa::OpenApi;

use crate::{described::Assignment, routes};

/// The routes that decide, without a prefix.
#[must_use]
pub fn decisions() -> utoipa::openapi::OpenApi {
    Decisions::openapi()
}

/// The routes below `/configs/`.
#[must_use]
pub fn snapshots() -> utoipa::openapi::OpenApi {
    Snapshots::openapi()
}

#[derive(OpenApi)]
#[openapi(paths(routes::by_query, routes::by_body), components(schemas(Assignment)))]
struct Decisions;

#[derive(OpenApi)]
#[openapi(paths(objects::pointer, objects::latest, objects::snapshot))]
struct Snapshots;

/// The objects below `/configs/`, which one handler serves.
mod objects {
    use edgewise_api::error::ErrorBody;

    /// The version that is live
    #[utoipa::path(
        get, path = "/configs/{environment}/version.json", tag = "snapshots",
        params(
            ("environment" = String, Path, description = "The environment's name", example = "prod"),
            ("If-None-Match" = Option<String>, Header, description = "The ETag that is held already"),
        ),
        responses(
            (status = 200, description = "The pointer", body = Object,
             headers(("etag" = String), ("cache-control" = String)), example = json!({"version": 3})),
            (status = 304, description = "What is held is what is live"),
            (status = 404, description = "Nothing is published there", body = ErrorBody),
        )
    )]
    #[expect(dead_code, reason = "describes a route")]
    pub(crate) fn pointer() {}

    /// The snapshot that is live
    #[utoipa::path(
        get, path = "/configs/{environment}/snapshots/latest.json", tag = "snapshots",
        params(
            ("environment" = String, Path, description = "The environment's name", example = "prod"),
            ("If-None-Match" = Option<String>, Header, description = "The ETag that is held already"),
        ),
        responses(
            (status = 200, description = "The snapshot", body = Object,
             headers(("etag" = String), ("cache-control" = String))),
            (status = 304, description = "What is held is what is live"),
            (status = 404, description = "Nothing is published there", body = ErrorBody),
        )
    )]
    #[expect(dead_code, reason = "describes a route")]
    pub(crate) fn latest() {}

    /// The snapshot of one version, which never changes
    #[utoipa::path(
        get, path = "/configs/{environment}/snapshots/{version}.json", tag = "snapshots",
        params(
            ("environment" = String, Path, description = "The environment's name", example = "prod"),
            ("version" = u64, Path, description = "From 1", example = 3),
            ("If-None-Match" = Option<String>, Header, description = "The ETag that is held already"),
        ),
        responses(
            (status = 200, description = "The snapshot", body = Object,
             headers(("etag" = String), ("cache-control" = String))),
            (status = 304, description = "It is held already"),
            (status = 404, description = "There is no such version", body = ErrorBody),
        )
    )]
    #[expect(dead_code, reason = "describes a route")]
    pub(crate) fn snapshot() {}
}
