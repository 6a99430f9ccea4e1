//! Pages and resources that have the same paths: which of them a client asks for.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::Method,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use edgewise_control::services::Services;
use edgewise_http::{Front, not_found};
use tower::ServiceExt;

use super::{
    accept::{accepts_html, vary_by_accept},
    router::{page_paths, routes, routes_with},
};

/// The pages, beside resources with the same paths.
#[derive(Debug)]
struct Pages {
    paths: Vec<String>,
    routes: Router,
}

/// Adds the dashboard to the routes of resources. At the path of a page, a client that accepts HTML by name gets the page, and
/// any other client gets the resource, or a 404 response if there is none. Both responses say so by `Vary`, for shared caches.
///
/// [`routes()`] describes the dashboard's routes and `front`.
pub fn routes_beside(resources: Router, services: Services, front: &Arc<Front>) -> Router {
    let others = routes_with(Vec::new(), services.clone(), front);
    let pages = Arc::new(Pages { paths: page_paths(), routes: routes(services, front) });
    // No resource has the path `/`, and the route for unknown paths does not contain it.
    let routes = resources.merge(others).route("/", get(not_found));
    routes.layer(middleware::from_fn_with_state(pages, respond_with_page))
}

async fn respond_with_page(State(pages): State<Arc<Pages>>, request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_read || !pages.contain(request.uri().path()) {
        return next.run(request).await;
    }
    if !accepts_html(request.headers()) {
        return vary_by_accept(next.run(request).await);
    }
    match pages.routes.clone().oneshot(request).await {
        Ok(page) => vary_by_accept(page.into_response()),
        Err(never) => match never {},
    }
}

impl Pages {
    fn contain(&self, path: &str) -> bool {
        self.paths.iter().any(|page| matches(page, path))
    }
}

/// Returns whether a path is one of those that a pattern such as `/experiments/{id}` describes.
fn matches(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(expected), Some(part))
                if expected == part || (expected.starts_with('{') && !part.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_describes_paths_with_as_many_parts() {
        for (pattern, path, expected) in [
            ("/", "/", true),
            ("/experiments", "/experiments", true),
            ("/experiments/{id}", "/experiments/x%2Fy", true),
            ("/experiments/{id}", "/experiments/", false),
            ("/experiments/{id}", "/experiments/x/versions", false),
            ("/experiments", "/experiments/", false),
            ("/", "/experiments", false),
            ("/experiments/{id}", "/audiences/x", false),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern}, {path}");
        }
    }
}
