//! Pages and resources that have the same paths: which of them a client asks for.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method,
        header::{ACCEPT, VARY},
    },
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use edgewise_control::services::Services;
use edgewise_http::{Front, not_found};
use tower::ServiceExt;

use super::router::{page_paths, routes, routes_with};

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

/// Returns whether a client accepts HTML by name. Programs accept anything (`*/*`), and browsers name `text/html` when they
/// open a page.
#[must_use]
pub fn accepts_html(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_html = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("text/html"));
        // The weight 0 stands for "not acceptable".
        is_html && !parts.any(is_weight_of_zero)
    })
}

fn is_weight_of_zero(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or_default();
    name.eq_ignore_ascii_case("q") && value.parse().is_ok_and(|weight: f32| weight == 0.0)
}

/// Says that a response depends on what the client accepts.
pub(super) fn vary_by_accept(mut response: Response) -> Response {
    response.headers_mut().append(VARY, HeaderValue::from_static("accept"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_client_that_names_html_accepts_html() {
        let accepts = |values: &[&'static str]| {
            let values = values.iter().map(|value| (ACCEPT, HeaderValue::from_static(value)));
            accepts_html(&values.collect())
        };
        for values in [
            &["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"][..],
            &["Text/HTML"],
            &["application/json", "text/html; charset=utf-8; q=0.1"],
        ] {
            assert!(accepts(values), "{values:?}");
        }
        for values in [
            &[][..],
            &["*/*"],
            &["text/*"],
            &["application/json, text/plain"],
            &["text/html;q=0, */*"],
            &["text/html ; Q=0.000"],
            &["application/json; note=text/html"],
            &["text/html-fragment"],
        ] {
            assert!(!accepts(values), "{values:?}");
        }
    }

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
