//! The dashboard's routes.

use std::sync::{Arc, LazyLock};

use axum::{
    Router,
    extract::Request,
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use edgewise_control::services::Services;
use edgewise_http::{Front, PublicUrl, guard, not_found, with_compression};
use leptos::prelude::{LeptosOptions, provide_context};
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list, render_app_async_with_context};

use super::{accept, assets, base, headers, problem_status, refusals};
use crate::app::{App, Document};

/// The paths of APIs, whose 404 responses are JSON.
const API_PREFIXES: [&str; 3] = ["/api/", "/configs/", "/-/"];

/// The pages of the table of routes.
static PAGES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(App));

/// Returns the dashboard's routes: all pages, `/assets`, the calls of pages below `/-`, and a page for unknown paths.
///
/// `front` says which page may send a request, and below which path browsers reach the dashboard, such as `/flags`. Requests
/// arrive without this path, and everything that a browser gets to request has it.
/// Browsers see a page where the check of a request refuses a page or a form.
pub fn routes(services: Services, front: &Arc<Front>) -> Router {
    routes_with(PAGES.clone(), services, front)
}

/// Returns the paths of all pages in the notation of `axum`, such as `/experiments/{id}`.
#[must_use]
pub fn page_paths() -> Vec<String> {
    PAGES.iter().map(|page| page.path().to_owned()).collect()
}

/// Returns the dashboard's routes with these pages.
pub(super) fn routes_with(pages: Vec<AxumRouteListing>, services: Services, front: &Arc<Front>) -> Router {
    let below = Arc::<str>::from(front.public_url.as_ref().map_or("", PublicUrl::path));
    // Only the type of the options is needed.
    let options = LeptosOptions::builder().output_name("edgewise").build();
    let context = {
        let below = below.clone();
        move || {
            provide_context(services.clone());
            base::provide(&below);
        }
    };
    let not_found_page = {
        let context = context.clone();
        move |request: Request| not_found_page(context.clone(), request)
    };
    let routes = Router::new()
        .leptos_routes_with_context(&options, pages, context, Document)
        .route("/assets/{name}", get(assets::asset))
        .route("/{*path}", get(not_found_page))
        .layer(middleware::from_fn(problem_status::set_problem_status))
        .with_state(options);
    let routes = guard(routes, front)
        .layer(middleware::from_fn_with_state(below.clone(), refusals::readable))
        .layer(middleware::map_response_with_state(below, base::keep_within));
    with_compression(routes).layer(middleware::map_response(headers::forbid_transforming))
}

/// Responds to an unknown path with a page for browsers, and with JSON for programs.
async fn not_found_page(context: impl Fn() + Clone + Send + Sync + 'static, request: Request) -> Response {
    let path = request.uri().path();
    if API_PREFIXES.iter().any(|prefix| path.starts_with(prefix)) {
        return not_found().await.into_response();
    }
    let response = if accept::accepts_html(request.headers()) {
        render_app_async_with_context(context, Document)(request).await.into_response()
    } else {
        not_found().await.into_response()
    };
    accept::vary_by_accept(response)
}
