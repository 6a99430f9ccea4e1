//! The document that describes all routes, and a page to read it.

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use edgewise_api::error::ErrorBody;
use edgewise_control::{Control, http::json_reply};
use utoipa::{IntoResponses, OpenApi, ToSchema};

use crate::{decide::routes as decisions, health::Health};

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
        .nest("/api", Decisions::openapi())
        .nest("/api", ApiHealth::openapi())
        .merge_from(Snapshots::openapi())
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
        .merge_from(Decisions::openapi())
        .merge_from(Snapshots::openapi())
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
            get(async move || json_reply(StatusCode::OK, document.clone())),
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
        (name = "environments", description = "Places that have their own experiments and snapshots"),
        (name = "audiences", description = "Named, reusable sets of targeting rules"),
        (name = "experiments", description = "Splits of users into variants"),
        (name = "variants", description = "What an experiment's users can get, and who gets it"),
        (name = "snapshots", description = "What is published: read by decision planes, browsers and workers"),
        (name = "process", description = "How the process is"),
    )
)]
struct Document;

#[derive(OpenApi)]
#[openapi(paths(decisions::by_query, decisions::by_body), components(schemas(Assignment)))]
struct Decisions;

#[derive(OpenApi)]
#[openapi(paths(described::pointer, described::latest, described::snapshot))]
struct Snapshots;

#[derive(OpenApi)]
#[openapi(paths(described::health, described::ready, described::metrics))]
struct Process;

#[derive(OpenApi)]
#[openapi(paths(described::health))]
struct ApiHealth;

/// The body of a decide request.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `edgewise_api::decide::DecideRequest` reads")]
pub(crate) struct DecideBody {
    /// Who is decided for, 1 to 1,024 bytes.
    #[schema(example = "user-123")]
    user_key: String,
    /// The environment's name.
    #[schema(example = "prod")]
    env: String,
    /// What is known of the user, at most 64 KiB and 32 levels.
    #[schema(value_type = Option<Object>, example = json!({"country": "US", "plan": "pro"}))]
    context: Option<()>,
}

/// What a user gets.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `edgewise_api::decide::answer` writes")]
pub(crate) struct Decided {
    /// As it was asked for.
    #[schema(example = "user-123")]
    user_key: String,
    /// As it was asked for.
    #[schema(example = "prod")]
    environment: String,
    /// The snapshot that was decided from.
    #[schema(example = 3)]
    config_version: u64,
    /// In the order of the snapshot. An experiment that the user takes no part in is left out.
    assignments: Vec<Assignment>,
}

/// A variant of an experiment that a user gets.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `edgewise_api::decide::answer` writes")]
pub(crate) struct Assignment {
    /// What code calls the experiment by.
    #[schema(example = "checkout-button-color")]
    experiment_key: String,
    /// UUID.
    experiment_id: String,
    /// What code calls the variant by.
    #[schema(example = "treatment")]
    variant_key: String,
    /// UUID.
    variant_id: String,
    /// What the variant carries, as it was published: absent, null or an object.
    #[schema(value_type = Option<Object>, example = json!({"color": "#00cc66"}))]
    payload: Option<()>,
}

/// The answer to one request too many.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the limiter answers")]
pub(crate) struct TooManyRequests {
    /// `Too Many Requests`
    #[schema(example = "Too Many Requests")]
    error: String,
    /// How long to wait.
    #[schema(example = "Rate limit exceeded, retry in 42 seconds")]
    message: String,
    /// 429
    #[schema(rename = "statusCode", example = 429)]
    status_code: u16,
}

/// The answers to a decide request.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes what is answered")]
pub(crate) enum DecideAnswers {
    /// The decision
    #[response(status = 200, headers(
        ("x-ratelimit-limit" = u32, description = "Decisions that a client address may ask for in one window; \
            absent, like the other two, where it is not limited"),
        ("x-ratelimit-remaining" = u32, description = "Those that are left"),
        ("x-ratelimit-reset" = u64, description = "Whole seconds until the window ends"),
    ))]
    Decided(#[to_schema] Decided),
    /// A parameter is missing, repeated, empty or wrong
    #[response(status = 400)]
    Invalid(#[to_schema] ErrorBody),
    /// The client has asked too often
    #[response(status = 429, headers(
        ("retry-after" = u64, description = "How many seconds to wait"),
        ("x-ratelimit-limit" = u32, description = "Decisions that a client address may ask for in one window"),
        ("x-ratelimit-remaining" = u32, description = "0"),
        ("x-ratelimit-reset" = u64, description = "Whole seconds until the window ends"),
    ))]
    TooMany(#[to_schema] TooManyRequests),
    /// Nothing is published in the environment, or it cannot be loaded
    #[response(status = 503)]
    Unavailable(#[to_schema] ErrorBody),
}

/// What can be wrong with the body of a decide request.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes what is answered")]
pub(crate) enum BodyProblems {
    /// The body did not arrive in time
    #[response(status = 408)]
    Timeout(#[to_schema] ErrorBody),
    /// The body is larger than 1 MiB
    #[response(status = 413)]
    TooLarge(#[to_schema] ErrorBody),
    /// The body is not declared as JSON
    #[response(status = 415)]
    NotJson(#[to_schema] ErrorBody),
}

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
    use super::{ErrorBody, Health};

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
    pub(super) fn pointer() {}

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
    pub(super) fn latest() {}

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
    pub(super) fn snapshot() {}

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
