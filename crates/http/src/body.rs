//! Request bodies with a size limit and a timeout.

use std::time::Duration;

use axum::{
    body::{Body, HttpBody},
    extract::{FromRequest, Request},
    http::{HeaderMap, header},
};
use bytes::{Bytes, BytesMut};
use edgewise_api::{ApiError, Limits};
use http_body_util::BodyExt;
use tokio::time::timeout;

use crate::response::ErrorResponse;

/// The number of bytes beyond the size limit that the server reads and discards. A client that is still sending could not
/// read the response: closing the connection would only show the client a connection error.
const DRAIN_BYTES: usize = 16 << 20;

/// The time limit for receiving a body.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// A request body that is declared as JSON and is within the size limit. The extractor does not parse the JSON.
///
/// The extractor rejects a body that is not declared as JSON with 415, and a body that is too large with 413.
#[derive(Debug)]
pub struct JsonBody(pub Bytes);

impl<S: Sync> FromRequest<S> for JsonBody {
    type Rejection = ErrorResponse;

    async fn from_request(request: Request, _: &S) -> Result<Self, ErrorResponse> {
        let (parts, body) = request.into_parts();
        let bytes = read(body, Limits::DEFAULT.body_bytes).await?;
        if !bytes.is_empty() && !declares_json(&parts.headers) {
            return Err(ApiError::not_json().into());
        }
        Ok(Self(bytes))
    }
}

/// Reads the body of a request into memory. A handler can then respond without reading the body: the client has sent all
/// of the body, so the response does not break the connection.
///
/// # Errors
/// 413 for a body that is too large, 408 for a body that does not arrive in time, 400 for a body that ends early.
pub async fn buffer_body(request: Request) -> Result<Request, ErrorResponse> {
    if request.body().is_end_stream() {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let body = read(body, Limits::DEFAULT.body_bytes).await?;
    Ok(Request::from_parts(parts, Body::from(body)))
}

async fn read(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    timeout(BODY_TIMEOUT, read_all(body, limit)).await.unwrap_or_else(|_| Err(ApiError::timeout()))
}

async fn read_all(mut body: Body, limit: usize) -> Result<Bytes, ApiError> {
    let mut bytes = BytesMut::new();
    let mut received = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiError::invalid("the body ended before it was complete"))?;
        let Ok(data) = frame.into_data() else { continue };
        received += data.len();
        if received <= limit {
            bytes.extend_from_slice(&data);
        } else if received > limit + DRAIN_BYTES {
            break;
        }
    }
    if received > limit { Err(ApiError::too_large(limit)) } else { Ok(bytes.freeze()) }
}

fn declares_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(edgewise_api::json::is_declared_by)
}
