//! The document that describes all routes, and a page to read it.

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use edgewise_api::error::ErrorBody;
use edgewise_control::Control;
use edgewise_decide::openapi as decisions;
use edgewise_http::json_response;
use utoipa::{IntoResponses, OpenApi};

use crate::health::Health;

/// The page. It is whole: it loads nothing but the document.
pub const PAGE: &str = include_str!("docs.html");
/// Lets the page run its own script and style and nothing else, and be shown nowhere else.
pub const PAGE_POLICY: &str = "default-src 'none'; connect-src 'self'; \
     script-src 'sha256-dCGrs1OPHryO48iieTb+n2M6BAP/+jDMJhRijsLrBDs='; style-src 'sha256-LQ/ejpl09UfobSSnM4P91tCC7FoNnC22P6yApH7NBJ0='; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// All routes, as `edgewise serve` has them.
#[must_use]
pub fn serve() -> utoipa::openapi::OpenApi {
    Document::openapi()
        .nest("/api", Control::openapi())
        .nest("/api", decisions::decisions())
        .nest("/api", ApiHealth::openapi())
        .merge_from(decisions::snapshots())
        .merge_from(Process::openapi())
}

/// All routes, as `edgewise gateway` has them: what it passes on may not reach its plane.
#[must_use]
pub fn gateway() -> utoipa::openapi::OpenApi {
    let mut document = serve();
    let problems = PassingProblems::responses();
    for (path, item) in &mut document.paths.paths {
        if path == "/api/health" || !(path.starts_with("/api/") || path.starts_with("/configs/")) {
            continue;
        }
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            operation.responses.responses.extend(problems.clone());
        }
    }
    document
}

/// The routes of `edgewise control`.
#[must_use]
pub fn control() -> utoipa::openapi::OpenApi {
    Document::openapi().merge_from(Control::openapi()).merge_from(Process::openapi())
}

/// The routes of `edgewise decide`.
#[must_use]
pub fn decide() -> utoipa::openapi::OpenApi {
    Document::openapi()
        .merge_from(decisions::decisions())
        .merge_from(decisions::snapshots())
        .merge_from(Process::openapi())
}

/// A document at `{prefix}/openapi.json`, and the page that shows it at `{prefix}/docs`.
pub fn routes<S>(prefix: &str, document: &utoipa::openapi::OpenApi) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let document = Bytes::from(serde_json::to_vec(document).unwrap_or_default());
    Router::new()
        .route(
            &format!("{prefix}/openapi.json"),
            get(async move || json_response(StatusCode::OK, document.clone())),
        )
        .route(&format!("{prefix}/docs"), get(page))
}

async fn page() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY)),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, PAGE).into_response()
}

/// What all documents say.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Edgewise",
        description = "Experiments and feature flags, decided where the request is. Every answer is JSON; every \
                       error is `{\"error\": \"what is wrong\"}`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ErrorBody)),
    tags(
        (name = "decisions", description = "Which user gets which variant"),
        (name = "environments", description = "Separate sets of experiments, each with its own snapshots"),
        (name = "audiences", description = "Named, reusable sets of targeting rules"),
        (name = "experiments", description = "Experiments, which split users into variants"),
        (name = "variants", description = "Variants of an experiment, and the allocation of buckets to variants"),
        (name = "snapshots", description = "What is published: read by decision planes, browsers and workers"),
        (name = "process", description = "How the process is"),
    )
)]
struct Document;

#[derive(OpenApi)]
#[openapi(paths(described::health, described::ready, described::metrics))]
struct Process;

#[derive(OpenApi)]
#[openapi(paths(described::health))]
struct ApiHealth;

/// What can go wrong on the way to another plane.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes what is answered")]
enum PassingProblems {
    /// The plane cannot be reached
    #[response(status = 502)]
    Unreachable(#[to_schema] ErrorBody),
    /// The plane does not answer in time
    #[response(status = 504)]
    Slow(#[to_schema] ErrorBody),
}

/// Routes whose handlers are shared or closures, described.
mod described {
    use super::Health;

    /// Whether all is well, and what is loaded
    #[utoipa::path(
        get, path = "/health", tag = "process",
        responses(
            (status = 200, description = "All is well", body = Health),
            (status = 503, description = "Something is not", body = Health),
        )
    )]
    #[expect(dead_code, reason = "describes a route")]
    pub(super) fn health() {}

    /// Whether requests can be answered
    #[utoipa::path(
        get, path = "/ready", tag = "process",
        responses(
            (status = 200, description = "They can", body = Health),
            (status = 503, description = "Not yet, or no more", body = Health),
        )
    )]
    #[expect(dead_code, reason = "describes a route")]
    pub(super) fn ready() {}

    /// What is counted, in OpenMetrics text
    #[utoipa::path(
        get, path = "/metrics", tag = "process",
        responses((status = 200, description = "The metrics", content_type = "application/openmetrics-text", body = String))
    )]
    #[expect(dead_code, reason = "describes a route")]
    pub(super) fn metrics() {}
}
