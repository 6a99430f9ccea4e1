//! Middleware for the calls of pages.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use edgewise_api::{ApiError, ErrorKind};
use edgewise_http::ErrorResponse;

use crate::{problem::Problem, transport::ERROR_HEADER};

/// The largest body of a problem.
pub(super) const MAX_PROBLEM_BYTES: usize = 1 << 20;

/// Rejects changes that a page of another site sends, because browsers attach credentials to such requests.
pub(super) async fn same_site(request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if changes && !is_same_site(request.headers()) {
        let problem = "the request comes from a page of another site: open the dashboard and try again there";
        return ErrorResponse(ApiError::new(ErrorKind::Forbidden, problem)).into_response();
    }
    next.run(request).await
}

/// Browsers declare the origin of a request by `sec-fetch-site`, older ones by `origin`. Other programs send neither
/// header, and do not send requests on behalf of a page.
fn is_same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text("sec-fetch-site"), text(header::ORIGIN.as_str()), text(header::HOST.as_str())) {
        (Some(site), _, _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, authority)| authority == host)
        }
        (None, origin, _) => origin.is_none(),
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_from_pages_of_other_sites_are_detected() {
        let sent = |headers: &[(&'static str, &'static str)]| {
            let mut map = HeaderMap::from_iter([(header::HOST, "flags.example:3000".parse().unwrap())]);
            for (name, value) in headers {
                map.insert(*name, value.parse().unwrap());
            }
            is_same_site(&map)
        };
        assert!(sent(&[]) && sent(&[("sec-fetch-site", "same-origin")]));
        assert!(sent(&[("origin", "https://flags.example:3000")]));
        assert!(!sent(&[("sec-fetch-site", "cross-site")]) && !sent(&[("sec-fetch-site", "same-site")]));
        assert!(!sent(&[("origin", "https://other.example")]) && !sent(&[("origin", "null")]));
    }
}
