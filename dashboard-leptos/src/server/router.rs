//! The dashboard's routes.

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    http::header,
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use edgewise_control::services::Services;
use edgewise_http::not_found;
use leptos::prelude::{LeptosOptions, provide_context};
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_async_with_context};

use super::{assets, base, problem_status, refusals};
use crate::app::{App, Document};

/// The paths of APIs, whose 404 responses are JSON.
const API_PREFIXES: [&str; 3] = ["/api/", "/configs/", "/-/"];

/// Returns the dashboard's routes: all pages, `/assets`, the calls of pages below `/-`, and a page for unknown paths.
///
/// `below` is the path below which browsers reach the dashboard, such as `/flags`, without a slash at its end; empty for the
/// root. Requests arrive without this path, and everything that a browser gets to request has it.
///
/// `guard` adds checks to the routes, such as [`edgewise_http::guard`]: the routes themselves do not check which page sends
/// a request. Browsers see a page where a check refuses a page or a form.
pub fn routes(services: Services, below: &str, guard: impl FnOnce(Router) -> Router) -> Router {
    // Only the type of the options is needed.
    let options = LeptosOptions::builder().output_name("edgewise").build();
    let below = Arc::<str>::from(below);
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
        .leptos_routes_with_context(&options, generate_route_list(App), context, Document)
        .route("/assets/{name}", get(assets::asset))
        .route("/{*path}", get(not_found_page))
        .layer(middleware::from_fn(problem_status::set_problem_status))
        .with_state(options);
    guard(routes)
        .layer(middleware::from_fn_with_state(below.clone(), refusals::readable))
        .layer(middleware::map_response_with_state(below, base::keep_within))
}

/// Responds to an unknown path with a page for browsers, and with JSON for programs.
async fn not_found_page(context: impl Fn() + Clone + Send + Sync + 'static, request: Request) -> Response {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let accepts_html = accept.is_some_and(|accept| accept.contains("text/html"));
    let path = request.uri().path();
    if accepts_html && !API_PREFIXES.iter().any(|prefix| path.starts_with(prefix)) {
        render_app_async_with_context(context, Document)(request).await.into_response()
    } else {
        not_found().await.into_response()
    }
}
