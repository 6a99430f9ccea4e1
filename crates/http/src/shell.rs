//! What every plane has around its routes.

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
    metrics::{IfPanicking, Metrics},
    response::Failed,
};

/// What every plane has around its routes: `/metrics`, JSON for unknown routes and methods, and counting.
pub fn shell(routes: Router, metrics: &Metrics) -> Router {
    let counted = metrics.clone();
    routes
        .route("/metrics", get(move || async move { counted.answer() }))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .layer(middleware::from_fn_with_state(metrics.clone(), count))
}

/// The answer to an unknown route or method.
pub async fn not_found() -> Failed {
    Failed(ApiError::not_found("no such route or method"))
}

async fn count(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let route = matched.as_ref().map_or("unknown", MatchedPath::as_str);
    let _counted = IfPanicking(|| metrics.answered(route, 500, started.elapsed()));
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), started.elapsed());
    metrics.answered(route, status, took);
    tracing::debug!(%method, route, status, micros = took.as_micros(), "answered");
    response
}
