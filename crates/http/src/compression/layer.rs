//! The middleware that compresses responses.

use axum::{
    Router,
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::Response,
};
use futures_util::{StreamExt, stream};

use super::{
    coding::{Accepted, Coding},
    compress::{MIN_BYTES, compress},
    headers::{set_coding, vary_by_encoding},
};

/// The size limit in bytes of a body that is read whole in order to be compressed, if its size is not known before.
const MAX_READ_BYTES: usize = 8 << 20;

/// Compresses the responses of routes for clients that accept a coding: text and JSON of at least [`MIN_BYTES`] bytes.
/// Streams of events, responses that are compressed already, and responses with `Cache-Control: no-transform` are not
/// changed.
///
/// A response is compressed as a whole, so that its length is known.
pub fn with_compression<S: Clone + Send + Sync + 'static>(routes: Router<S>) -> Router<S> {
    routes.layer(middleware::from_fn(compress_response))
}

async fn compress_response(request: Request, next: Next) -> Response {
    let accepted = Accepted::from_headers(request.headers());
    let response = next.run(request).await;

    let offered = offered(response.status(), response.headers());
    if offered.is_empty() {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let content = match whole(body).await {
        Ok(content) if content.len() >= MIN_BYTES => content,
        Ok(content) => return Response::from_parts(head, Body::from(content)),
        Err(body) => return Response::from_parts(head, body),
    };
    vary_by_encoding(&mut head.headers);
    let Some(coding) = accepted.preferred(offered) else {
        return Response::from_parts(head, Body::from(content));
    };
    match compress(coding, &content).await {
        Some(compressed) => {
            set_coding(&mut head.headers, coding);
            Response::from_parts(head, Body::from(compressed))
        }
        None => Response::from_parts(head, Body::from(content)),
    }
}

/// Returns the codings in which a response can be sent, the best one first.
fn offered(status: StatusCode, headers: &HeaderMap) -> &'static [Coding] {
    let is_part = status == StatusCode::PARTIAL_CONTENT || headers.contains_key(header::CONTENT_RANGE);
    if is_part || headers.contains_key(header::CONTENT_ENCODING) || forbids_transforming(headers) {
        return &[];
    }
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = media_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    match media_type.to_ascii_lowercase().as_str() {
        "text/html" | "text/css" | "text/javascript" => &[Coding::Brotli, Coding::Gzip],
        "application/json" | "application/openmetrics-text" | "text/plain" => &[Coding::Gzip, Coding::Brotli],
        other if other.ends_with("+json") => &[Coding::Gzip, Coding::Brotli],
        _ => &[],
    }
}

fn forbids_transforming(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut directives = values.flat_map(|value| value.split(',')).map(str::trim);
    directives.any(|directive| directive.eq_ignore_ascii_case("no-transform"))
}

/// Reads a body whole. A body that fails or exceeds the size limit is returned as a body with the same content.
async fn whole(body: Body) -> Result<Bytes, Body> {
    let is_in_memory = body.size_hint().exact().is_some();
    let mut read: Vec<Result<Bytes, axum::Error>> = Vec::new();
    let mut size = 0;
    let mut rest = body.into_data_stream();
    while let Some(part) = rest.next().await {
        size += part.as_ref().map_or(0, Bytes::len);
        let ends_here = part.is_err() || (size > MAX_READ_BYTES && !is_in_memory);
        read.push(part);
        if ends_here {
            return Err(Body::from_stream(stream::iter(read).chain(rest)));
        }
    }
    let parts: Vec<Bytes> = read.into_iter().flatten().collect();
    Ok(match parts.as_slice() {
        [only] => only.clone(),
        parts => parts.concat().into(),
    })
}
