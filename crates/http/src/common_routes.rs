//! The routes and middleware that all planes have in common.

use std::time::Instant;

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{self, Next},
    response::Response,
    routing::get,
};
use edgewise_api::ApiError;

use crate::{
    compression::with_compression,
    metrics::{Metrics, OnPanic},
    response::ErrorResponse,
};

/// Adds `/metrics`, JSON responses for unknown routes and methods, and request metrics to the routes of a plane.
pub fn with_common_routes(routes: Router, metrics: &Metrics) -> Router {
    let exported = metrics.clone();
    let export = Router::new().route("/metrics", get(move || async move { exported.response() }));
    routes
        .merge(with_compression(export))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .layer(middleware::from_fn_with_state(metrics.clone(), record))
}

/// Returns the response to an unknown route or method.
pub async fn not_found() -> ErrorResponse {
    ErrorResponse(ApiError::not_found("no such route or method"))
}

async fn record(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let route = matched.as_ref().map_or("unknown", MatchedPath::as_str);
    let _on_panic = OnPanic(|| metrics.record(route, 500, started.elapsed()));
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), started.elapsed());
    metrics.record(route, status, took);
    tracing::debug!(%method, route, status, micros = took.as_micros(), "request handled");
    response
}
