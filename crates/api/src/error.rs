//! Errors as clients see them.

use serde::{Deserialize, Serialize};

/// The body of every error: `{"error": "what is wrong and what to do"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// What is wrong, in words meant for people.
    pub error: String,
}

/// A request that cannot be answered as asked: a status and a text for the client. Never holds internal text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{status}: {message}")]
pub struct ApiError {
    /// The HTTP status, 400 to 599.
    pub status: u16,
    /// The text of [`ErrorBody::error`].
    pub message: String,
}

impl ApiError {
    fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// 400: the input is not as it must be.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    /// 404: there is no such thing.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, message)
    }

    /// 408: the body did not arrive in time.
    #[must_use]
    pub fn timeout() -> Self {
        Self::new(408, "the body did not arrive in time")
    }

    /// 409: something else has that name already.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, message)
    }

    /// 412: the resource has changed since the client read it.
    pub fn stale(message: impl Into<String>) -> Self {
        Self::new(412, message)
    }

    /// 413: the body is larger than `limit` bytes.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        Self::new(413, format!("the body is larger than {limit} bytes"))
    }

    /// 415: the body is not declared as JSON.
    #[must_use]
    pub fn not_json() -> Self {
        Self::new(415, "the body must be JSON, sent with `content-type: application/json`")
    }

    /// 422: the request is well formed, but the state of things forbids it.
    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(422, message)
    }

    /// 500: not the client's fault. `message` must not hold internal text.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(500, message)
    }

    /// 503: not now.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(503, message)
    }

    /// The body to send.
    #[must_use]
    pub fn body(&self) -> ErrorBody {
        ErrorBody { error: self.message.clone() }
    }

    /// The body to send, as JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::json!({ "error": self.message }).to_string().into_bytes()
    }
}
