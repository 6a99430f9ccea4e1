//! The base on the server. Requests arrive without the base: the proxy in front has removed it.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{HeaderValue, header::LOCATION, request::Parts, uri::PathAndQuery},
    response::Response,
};
use leptos::prelude::{provide_context, use_context};
use leptos_router::location::RequestUrl;

use crate::base::Base;

/// Provides the base as context of a request, and the request's URL as the browser knows it, by which the router works.
pub(super) fn provide(base: &str) {
    provide_context(Base(base.to_owned()));
    if let Some(parts) = use_context::<Parts>() {
        let path = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
        // The router needs some origin to read a path that starts with two slashes.
        provide_context(RequestUrl::new(&format!("http://edgewise{base}{path}")));
    }
}

/// Redirects to the overview instead of the root. The framework redirects to the root if a form was submitted without
/// `referer`.
pub(super) async fn keep_within(State(base): State<Arc<str>>, mut response: Response) -> Response {
    if let Some(location) = response.headers_mut().get_mut(LOCATION)
        && location == "/"
        && let Ok(overview) = HeaderValue::from_str(&format!("{base}/"))
    {
        *location = overview;
    }
    response
}
