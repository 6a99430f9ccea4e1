//! The status of the responses to failed calls of pages.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{problem::Problem, transport::ERROR_HEADER};

/// The largest body of a problem.
pub(super) const MAX_PROBLEM_BYTES: usize = 1 << 20;

/// Sets the status of a failed call's response to the status of its problem; the framework would use 500 for all. A
/// form that was submitted without scripts is redirected to its page, which displays the problem, if `referer` names the
/// page.
pub(super) async fn set_problem_status(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if !response.headers().contains_key(ERROR_HEADER) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // Without `referer`, the location is the root.
    match parts.headers.get(header::LOCATION) {
        Some(location) if location != "/" => {
            parts.status = StatusCode::SEE_OTHER;
            return Response::from_parts(parts, body);
        }
        _ => parts.headers.remove(header::LOCATION),
    };
    let Ok(bytes) = to_bytes(body, MAX_PROBLEM_BYTES).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let problem = serde_json::from_slice::<Problem>(&bytes).ok();
    if let Some(status) = problem.and_then(|problem| StatusCode::from_u16(problem.status()).ok()) {
        parts.status = status;
    }
    Response::from_parts(parts, Body::from(bytes))
}
