//! The dashboard's routes.

use axum::{
    Router,
    extract::Request,
    http::header,
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use edgewise_control::{http::not_found, services::Services};
use leptos::prelude::{LeptosOptions, provide_context};
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_async_with_context};

use super::{assets, guard};
use crate::app::{App, Document};

/// What belongs to programs, and so never answers with a page.
const FOR_PROGRAMS: [&str; 3] = ["/api/", "/configs/", "/-/"];

/// The dashboard's routes: all pages, `/assets`, the calls of pages below `/-`, and a page for what is not there.
pub fn routes(services: Services) -> Router {
    // Nothing of it is used but its type.
    let options = LeptosOptions::builder().output_name("edgewise").build();
    let context = move || provide_context(services.clone());
    let missing = {
        let context = context.clone();
        move |request: Request| missing(context.clone(), request)
    };
    Router::new()
        .leptos_routes_with_context(&options, generate_route_list(App), context, Document)
        .route("/assets/{name}", get(assets::asset))
        .route("/{*path}", get(missing))
        .layer(middleware::from_fn(guard::same_site))
        .layer(middleware::from_fn(guard::with_status_of_problem))
        .with_state(options)
}

/// A page that says so for people, and JSON for programs.
async fn missing(context: impl Fn() + Clone + Send + Sync + 'static, request: Request) -> Response {
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let wants_page = accept.is_some_and(|accept| accept.contains("text/html"));
    let path = request.uri().path();
    if wants_page && !FOR_PROGRAMS.iter().any(|prefix| path.starts_with(prefix)) {
        render_app_async_with_context(context, Document)(request).await.into_response()
    } else {
        not_found().await.into_response()
    }
}
