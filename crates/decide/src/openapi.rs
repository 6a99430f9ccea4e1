//! The decision plane's part of the OpenAPI document.

use utoipa::OpenApi;

use crate::{routes, schemas::Assignment};

/// Returns the decide routes, without a prefix.
#[must_use]
pub fn decisions() -> utoipa::openapi::OpenApi {
    Decisions::openapi()
}

/// Returns the routes below `/configs/`.
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

/// The objects below `/configs/`. A single handler serves all of them.
mod objects {
    use edgewise_api::error::ErrorBody;

    /// Read the live version
    #[utoipa::path(
        get, path = "/configs/{environment}/version.json", tag = "snapshots",
        params(
            ("environment" = String, Path, description = "The name of the environment", example = "prod"),
            ("If-None-Match" = Option<String>, Header, description = "The ETag of the client's copy"),
        ),
        responses(
            (status = 200, description = "The number of the live version, and the SHA-256 of its objects", body = Object,
             headers(("etag" = String), ("cache-control" = String)), example = json!({"version": 3, "sha256": {"snapshot": "…", "rulesets": {"1": "…"}}})),
            (status = 304, description = "The client's copy is current"),
            (status = 404, description = "The environment has no published snapshot", body = ErrorBody),
        )
    )]
    #[expect(dead_code, reason = "describes a route")]
    pub(crate) fn pointer() {}

    /// Read the live snapshot
    #[utoipa::path(
        get, path = "/configs/{environment}/snapshots/latest.json", tag = "snapshots",
        params(
            ("environment" = String, Path, description = "The name of the environment", example = "prod"),
            ("If-None-Match" = Option<String>, Header, description = "The ETag of the client's copy"),
        ),
        responses(
            (status = 200, description = "The snapshot", body = Object,
             headers(("etag" = String), ("cache-control" = String))),
            (status = 304, description = "The client's copy is current"),
            (status = 404, description = "The environment has no published snapshot", body = ErrorBody),
        )
    )]
    #[expect(dead_code, reason = "describes a route")]
    pub(crate) fn latest() {}

    /// Read the snapshot of a version, which never changes
    #[utoipa::path(
        get, path = "/configs/{environment}/snapshots/{version}.json", tag = "snapshots",
        params(
            ("environment" = String, Path, description = "The name of the environment", example = "prod"),
            ("version" = u64, Path, description = "The number of the version, from 1", example = 3),
            ("v" = Option<String>, Query, description = "The first 16 digits of the snapshot's hash in version.json: a \
                response with other content is not cached"),
            ("If-None-Match" = Option<String>, Header, description = "The ETag of the client's copy"),
        ),
        responses(
            (status = 200, description = "The snapshot", body = Object,
             headers(("etag" = String), ("cache-control" = String))),
            (status = 304, description = "The client's copy is current"),
            (status = 404, description = "The version does not exist", body = ErrorBody),
        )
    )]
    #[expect(dead_code, reason = "describes a route")]
    pub(crate) fn snapshot() {}
}
