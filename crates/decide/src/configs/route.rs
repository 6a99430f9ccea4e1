//! The route of published objects.

use std::sync::Arc;

use axum::http::Method;
use axum::{
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, any},
};
use edgewise_api::{ApiError, paths, published};
use edgewise_http::{ErrorResponse, conditional::if_none_match, json_response};

use super::compressed::Compressed;
use crate::{cache::Cache, source::Found};

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The store with the objects, and the compressed objects.
#[derive(Clone, Debug)]
struct Objects {
    cache: Arc<Cache>,
    compressed: Arc<Compressed>,
}

/// Returns the route below `/configs/`: the published objects, read-only, for pages of any origin.
pub fn configs<S>(cache: Arc<Cache>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    any(object).with_state(Objects { cache, compressed: Arc::new(Compressed::new()) })
}

async fn object(State(objects): State<Objects>, request: Request) -> Response {
    let mut response = match (request.method(), published::object(request.uri().path())) {
        (&Method::GET | &Method::HEAD, Some((_, path))) => {
            read(&objects, &path, request.headers()).await.unwrap_or_else(IntoResponse::into_response)
        }
        (&Method::OPTIONS, Some(_)) => preflight(),
        _ => ErrorResponse(ApiError::not_found("no such object")).into_response(),
    };
    allow_any_origin(response.headers_mut());
    response
}

/// Adds the headers of every response below `/configs/`: pages of any origin may read the response, and a response without
/// caching headers, such as an error, is not cached.
pub fn allow_any_origin(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("etag"));
    headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
}

async fn read(objects: &Objects, path: &str, request: &HeaderMap) -> Result<Response, ErrorResponse> {
    let found = objects.cache.source().get(path).await.map_err(|problem| {
        tracing::warn!(path, error = problem, "a published object cannot be read");
        ApiError::unavailable("the snapshot store does not respond: try again")
    })?;
    let Found { bytes, etag } = found.ok_or_else(|| ApiError::not_found("no such object"))?;
    let object = Bytes::from(bytes);
    let unchanged = etag.as_deref().is_some_and(|etag| if_none_match(request, etag));
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        json_response(StatusCode::OK, object.clone())
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(paths::cache_control(path)));
    if !unchanged {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(paths::media_type(path)));
    }
    if let Some(etag) = etag.and_then(|etag| HeaderValue::try_from(etag).ok()) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    objects.compressed.compress(path, &object, request, &mut response).await;
    Ok(response)
}

fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("if-none-match"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}
