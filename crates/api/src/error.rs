//! Error responses.

use serde::{Deserialize, Serialize};

/// The body of every error response: `{"error": "what is wrong and what to do"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// A message for people that says what is wrong.
    pub error: String,
}

/// An error response: a status and a message for the client. Never contains internal text.
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

    /// Creates a 400: the input is invalid.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    /// Creates a 404: the resource does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, message)
    }

    /// Creates a 408: the body did not arrive in time.
    #[must_use]
    pub fn timeout() -> Self {
        Self::new(408, "the body did not arrive in time: send the request again")
    }

    /// Creates a 409: the name is already in use, or the state does not allow the request.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, message)
    }

    /// Creates a 412: the resource has changed since the client read the resource.
    pub fn stale(message: impl Into<String>) -> Self {
        Self::new(412, message)
    }

    /// Creates a 413: the body is larger than `limit` bytes.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        Self::new(413, format!("the body must be at most {limit} bytes long"))
    }

    /// Creates a 415: the body is not declared as JSON.
    #[must_use]
    pub fn not_json() -> Self {
        Self::new(415, "the body must be JSON, sent with `content-type: application/json`")
    }

    /// Creates a 422: the request is well formed, but conflicts with the state of the resource.
    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(422, message)
    }

    /// Creates a 500: an internal error. `message` must not contain internal text.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(500, message)
    }

    /// Creates a 503: the service is unavailable at the moment.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(503, message)
    }

    /// Returns the body of the response.
    #[must_use]
    pub fn body(&self) -> ErrorBody {
        ErrorBody { error: self.message.clone() }
    }

    /// Returns the body of the response, as JSON.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::json!({ "error": self.message }).to_string().into_bytes()
    }
}
