//! Request bodies, bounded in size and time.

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

use crate::response::Failed;

/// What a client may go on sending after its body has grown too large, so that it reads the answer instead of a
/// broken connection.
const DRAINED_BYTES: usize = 16 << 20;

/// How long a client may take to send its body.
const PATIENCE: Duration = Duration::from_secs(30);

/// A body that is declared as JSON and within the size limit. Whether it *is* JSON the reader of its fields
/// finds out.
///
/// Rejects with 415 a body that is declared as anything else, and with 413 one that is too large.
#[derive(Debug)]
pub struct JsonBody(pub Bytes);

impl<S: Sync> FromRequest<S> for JsonBody {
    type Rejection = Failed;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failed> {
        let (parts, body) = request.into_parts();
        let bytes = read(body, Limits::DEFAULT.body_bytes).await?;
        if !bytes.is_empty() && !declares_json(&parts.headers) {
            return Err(ApiError::not_json().into());
        }
        Ok(Self(bytes))
    }
}

/// The request with its body in memory, so that whoever answers it may do so without reading the body: an answer
/// to a client that still sends would only break the connection.
///
/// # Errors
/// 413 for a body that is too large, 408 for one that does not arrive in time, 400 for one that ends early.
pub async fn with_whole_body(request: Request) -> Result<Request, Failed> {
    if request.body().is_end_stream() {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let body = read(body, Limits::DEFAULT.body_bytes).await?;
    Ok(Request::from_parts(parts, Body::from(body)))
}

async fn read(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    timeout(PATIENCE, read_all(body, limit)).await.unwrap_or_else(|_| Err(ApiError::timeout()))
}

async fn read_all(mut body: Body, limit: usize) -> Result<Bytes, ApiError> {
    let mut bytes = BytesMut::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiError::invalid("the body ended before it was complete"))?;
        let Ok(data) = frame.into_data() else { continue };
        seen += data.len();
        if seen <= limit {
            bytes.extend_from_slice(&data);
        } else if seen > limit + DRAINED_BYTES {
            break;
        }
    }
    if seen > limit { Err(ApiError::too_large(limit)) } else { Ok(bytes.freeze()) }
}

fn declares_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(edgewise_api::json::is_declared_by)
}
