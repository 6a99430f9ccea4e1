//! The OpenAPI document, and a page that renders the document.

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
    routing::get,
};
use bytes::Bytes;
use edgewise_api::error::ErrorBody;
use edgewise_control::Control;
use edgewise_decide::openapi as decisions;
use edgewise_http::{Constant, Front};
use utoipa::{IntoResponses, OpenApi, openapi::Server};

use crate::health::Health;

/// The page that renders the document. The page loads nothing but the document.
pub const PAGE: &str = include_str!("docs.html");
/// The content security policy of the page: only the page's own script and style are allowed, and no frames.
pub const PAGE_POLICY: &str = "default-src 'none'; connect-src 'self'; \
     script-src 'sha256-vTXkvZQUiJHqpZAz+wzE9qPI6mxhQMKB26VD7YakjRo='; style-src 'sha256-CYoY6CZqZlxkLL7+S6O+8kudYV8XLb0oNyOqm0Wumj0='; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Returns the document of `edgewise serve`, with all routes.
#[must_use]
pub fn serve() -> utoipa::openapi::OpenApi {
    Document::openapi()
        .nest("/api", Control::openapi())
        .nest("/api", decisions::decisions())
        .nest("/api", ApiHealth::openapi())
        .merge_from(decisions::snapshots())
        .merge_from(Process::openapi())
}

/// Returns the document of `edgewise gateway`: all routes, with the error responses of a reverse proxy.
#[must_use]
pub fn gateway() -> utoipa::openapi::OpenApi {
    let mut document = serve();
    let errors = ProxyErrors::responses();
    for (path, item) in &mut document.paths.paths {
        if path == "/api/health" || !(path.starts_with("/api/") || path.starts_with("/configs/")) {
            continue;
        }
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            operation.responses.responses.extend(errors.clone());
        }
    }
    document
}

/// Returns the document of `edgewise control`.
#[must_use]
pub fn control() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi().merge_from(Control::openapi()).merge_from(Process::openapi());
    let description = document.info.description.get_or_insert_default();
    description.push_str(
        " The routes of resources respond below `/api`, too. With the dashboard, a path that is also the path of a page \
         responds with the page to clients whose `Accept` names `text/html`, unless the path is below `/api`.",
    );
    document
}

/// Returns the document of `edgewise decide`.
#[must_use]
pub fn decide() -> utoipa::openapi::OpenApi {
    Document::openapi()
        .merge_from(decisions::decisions())
        .merge_from(decisions::snapshots())
        .merge_from(Process::openapi())
}

/// Returns the routes that serve a document at `{prefix}/openapi.json`, and the page at `{prefix}/docs`. The document names
/// the public URL, if there is one, as the address of the server.
pub fn routes<S>(prefix: &str, mut document: utoipa::openapi::OpenApi, front: &Front) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    document.servers = front.public_url.as_ref().map(|url| vec![Server::new(url.to_string())]);
    let document = Arc::new(Constant::new(serde_json::to_vec(&document).unwrap_or_default().into()));
    Router::new()
        .route(
            &format!("{prefix}/openapi.json"),
            get(async move |headers: HeaderMap| document.response(&headers, "application/json").await),
        )
        .route(&format!("{prefix}/docs"), get(page))
}

async fn page(request: HeaderMap) -> Response {
    static CONTENT: Constant = Constant::new(Bytes::from_static(PAGE.as_bytes()));
    let mut response = CONTENT.response(&request, "text/html; charset=utf-8").await;
    response.headers_mut().extend([
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY)),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ]);
    response
}

/// The parts that all documents share.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Edgewise",
        description = "Experiments and feature flags, decided where the request is. Responses \
                       are JSON, except for `/metrics` and `/stream`. An error response has the body \
                       `{\"error\": \"what is wrong and what to do\"}`; a 429 has more fields.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ErrorBody)),
    tags(
        (name = "decisions", description = "The variants of a user"),
        (name = "environments", description = "Separate sets of experiments, each with its own snapshots"),
        (name = "audiences", description = "Named, reusable sets of targeting rules"),
        (name = "experiments", description = "Experiments, which split users into variants"),
        (name = "variants", description = "Variants of an experiment, and the allocation of buckets to variants"),
        (name = "snapshots", description = "Published snapshots, for decision planes, browsers and workers"),
        (name = "process", description = "Health and metrics of the process"),
    )
)]
struct Document;

#[derive(OpenApi)]
#[openapi(paths(described::health, described::ready, described::metrics))]
struct Process;

#[derive(OpenApi)]
#[openapi(paths(described::health))]
struct ApiHealth;

/// The error responses of a reverse proxy.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "describes responses")]
enum ProxyErrors {
    /// The plane cannot be reached
    #[response(status = 502)]
    Unreachable(#[to_schema] ErrorBody),
    /// The plane does not respond in time
    #[response(status = 504)]
    Timeout(#[to_schema] ErrorBody),
}

/// The descriptions of routes whose handlers are shared or closures.
mod described {
    use super::Health;

    /// Read the health of the planes, and the loaded versions
    #[utoipa::path(
        get, path = "/health", tag = "process",
        responses(
            (status = 200, description = "All planes work", body = Health),
            (status = 503, description = "A plane does not work", body = Health),
        )
    )]
    #[expect(dead_code, reason = "describes a route")]
    pub(super) fn health() {}

    /// Check whether the process can handle requests
    #[utoipa::path(
        get, path = "/ready", tag = "process",
        responses(
            (status = 200, description = "The process can handle requests", body = Health),
            (status = 503, description = "The process cannot handle requests at the moment", body = Health),
        )
    )]
    #[expect(dead_code, reason = "describes a route")]
    pub(super) fn ready() {}

    /// Read the metrics as OpenMetrics text
    #[utoipa::path(
        get, path = "/metrics", tag = "process",
        responses((status = 200, description = "The metrics", content_type = "application/openmetrics-text", body = String))
    )]
    #[expect(dead_code, reason = "describes a route")]
    pub(super) fn metrics() {}
}
