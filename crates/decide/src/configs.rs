//! `/configs/…`: the published objects, for browsers and workers.

use std::sync::Arc;

use axum::http::Method;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::{MethodRouter, any},
};
use edgewise_api::{
    ApiError,
    loading::Wanted,
    paths,
    published::{self, WantedContent},
};
use edgewise_http::{ErrorResponse, conditional::if_none_match, json_response};
use tokio::task::spawn_blocking;

use crate::{cache::Cache, source::Found};

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// The size in bytes from which an object is hashed on a blocking thread, so that other requests are not delayed.
const LARGE_BYTES: usize = 64 << 10;

/// Returns the route below `/configs/`: the published objects, read-only, for pages of any origin.
pub fn configs<S>(cache: Arc<Cache>) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    any(object).with_state(cache)
}

async fn object(State(cache): State<Arc<Cache>>, request: Request) -> Response {
    let (request, _) = request.into_parts();
    let mut response = match (&request.method, published::object(request.uri.path())) {
        (&Method::GET | &Method::HEAD, Some((_, path))) => {
            read(&cache, path, &request).await.unwrap_or_else(IntoResponse::into_response)
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

async fn read(cache: &Cache, path: String, request: &Parts) -> Result<Response, ErrorResponse> {
    let content = WantedContent::of_request(&path, request.uri.query().unwrap_or_default());
    let past_caches = content.for_address().is_some() && has_no_cache(&request.headers);
    let wanted = Wanted { path, content: content.for_address().map(str::to_owned), past_caches };
    let found = cache.source().get(&wanted.path).await.map_err(|problem| {
        tracing::warn!(path = wanted.path, error = problem, "a published object cannot be read");
        ApiError::unavailable("the snapshot store does not respond: try again")
    })?;
    let Found { bytes, etag } = found.ok_or_else(|| ApiError::not_found("no such object"))?;
    let (bytes, is_wanted) = check(bytes, content).await?;
    let unchanged = is_wanted && etag.as_deref().is_some_and(|etag| if_none_match(&request.headers, etag));
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        json_response(StatusCode::OK, bytes)
    };
    let headers = response.headers_mut();
    let caching = if is_wanted { paths::cache_control(&wanted.path) } else { "no-store" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if !unchanged {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(paths::media_type(&wanted.path)));
    }
    if let Some(etag) = etag.and_then(|etag| HeaderValue::try_from(etag).ok()) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    Ok(response)
}

/// Returns whether an object has the wanted content. Other content must not be cached under the address of the wanted content:
/// it may have been replaced while a client was on its way from version.json to the object.
async fn check(bytes: Vec<u8>, content: WantedContent) -> Result<(Vec<u8>, bool), ErrorResponse> {
    if bytes.len() <= LARGE_BYTES || content.for_address().is_none() {
        let is_wanted = content.is(&bytes);
        return Ok((bytes, is_wanted));
    }
    let checking = spawn_blocking(move || {
        let is_wanted = content.is(&bytes);
        (bytes, is_wanted)
    });
    checking.await.map_err(|problem| {
        tracing::error!(error = %problem, "hashing a published object panicked");
        ApiError::internal("the object cannot be checked").into()
    })
}

/// Returns whether a client asks for a response past all caches: its cache has other content than the wanted one.
fn has_no_cache(request: &HeaderMap) -> bool {
    let mut values = request.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    values.any(|value| value.split(',').any(|directive| directive.trim().eq_ignore_ascii_case("no-cache")))
}

fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("if-none-match"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}
