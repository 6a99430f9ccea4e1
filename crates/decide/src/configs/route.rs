//! The route of published objects.

use std::sync::Arc;

use axum::http::Method;
use axum::{
    body::Bytes,
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

use super::compressed::Compressed;
use crate::{cache::Cache, source::Found};

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// The size in bytes from which an object is hashed on a blocking thread, so that other requests are not delayed.
const LARGE_BYTES: usize = 64 << 10;

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
    let (request, _) = request.into_parts();
    let mut response = match (&request.method, published::object(request.uri.path())) {
        (&Method::GET | &Method::HEAD, Some((_, path))) => {
            read(&objects, path, &request).await.unwrap_or_else(IntoResponse::into_response)
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

async fn read(objects: &Objects, path: String, request: &Parts) -> Result<Response, ErrorResponse> {
    let content = WantedContent::of_request(&path, request.uri.query().unwrap_or_default());
    let past_caches = content.for_address().is_some() && has_no_cache(&request.headers);
    let wanted = Wanted { path, content: content.for_address().map(str::to_owned), past_caches };
    let path = &wanted.path;
    let found = objects.cache.store().read(&wanted).await.map_err(|problem| match problem.refusal() {
        // The cache has logged why, once.
        Some(_) => ApiError::unavailable("the snapshot store refuses requests: see the log and /health"),
        None => {
            tracing::warn!(path, error = %problem, "a published object cannot be read");
            ApiError::unavailable("the snapshot store does not respond: try again")
        }
    })?;
    let Found { bytes, etag } = found.ok_or_else(|| ApiError::not_found("no such object"))?;
    let object = Bytes::from(bytes);
    let is_wanted = has_content(&object, content).await?;
    let unchanged = is_wanted && etag.as_deref().is_some_and(|etag| if_none_match(&request.headers, etag));
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        json_response(StatusCode::OK, object.clone())
    };
    let headers = response.headers_mut();
    let caching = if is_wanted { HeaderValue::from_static(paths::cache_control(path)) } else { NO_STORE };
    headers.insert(header::CACHE_CONTROL, caching);
    if !unchanged {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(paths::media_type(path)));
    }
    if let Some(etag) = etag.and_then(|etag| HeaderValue::try_from(etag).ok()) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    objects.compressed.compress(path, &object, &request.headers, &mut response).await;
    Ok(response)
}

/// Returns whether an object has the wanted content. Other content must not be cached under the address of the wanted content:
/// it may have been replaced while a client was on its way from version.json to the object.
async fn has_content(object: &Bytes, content: WantedContent) -> Result<bool, ErrorResponse> {
    if object.len() <= LARGE_BYTES || content.for_address().is_none() {
        return Ok(content.is(object));
    }
    let object = object.clone();
    spawn_blocking(move || content.is(&object)).await.map_err(|problem| {
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
