//! The routes and middleware that all planes have in common.

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    middleware::{self, Next},
    response::Response,
    routing::get,
};
use edgewise_api::ApiError;

use crate::{
    app::App,
    capacity::{Capacity, ConnectionLimits},
    compression::with_compression,
    metrics::{Metrics, OnPanic},
    response::ErrorResponse,
};

/// Adds `/metrics`, JSON responses for unknown routes and methods, request metrics, and the limits on connections to the routes
/// of a plane.
pub fn with_common_routes(routes: Router, metrics: &Metrics, limits: ConnectionLimits) -> App {
    let capacity = Arc::new(Capacity::new(limits, metrics));
    let exported = metrics.clone();
    let export = Router::new().route("/metrics", get(move || async move { exported.response() }));
    let routes = routes
        .merge(with_compression(export))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .layer(middleware::from_fn_with_state((metrics.clone(), capacity.clone()), record));
    App::new(routes, capacity)
}

/// Returns the response to an unknown route or method.
pub async fn not_found() -> ErrorResponse {
    ErrorResponse(ApiError::not_found("no such route or method"))
}

/// Refuses a stream if there are too many, and records the response.
async fn record(
    State((metrics, capacity)): State<(Metrics, Arc<Capacity>)>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let route = matched.as_ref().map_or("unknown", MatchedPath::as_str);
    let _on_panic = OnPanic(|| metrics.record(route, 500, started.elapsed()));
    let response = capacity.admit(next.run(request).await);
    let (status, took) = (response.status().as_u16(), started.elapsed());
    metrics.record(route, status, took);
    tracing::debug!(%method, route, status, micros = took.as_micros(), "request handled");
    response
}
