//! Error responses.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::field::FieldPath;

/// The body of every error response: `{"error": "what is wrong and what to do"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// A message for people that says what is wrong.
    pub error: String,
}

/// The kind of an error response, which determines the HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ErrorKind {
    /// 400: the input is invalid.
    Invalid,
    /// 403: the request is not allowed.
    Forbidden,
    /// 404: the resource does not exist.
    NotFound,
    /// 408: the body did not arrive in time.
    Timeout,
    /// 409: the name is already in use, or the state does not allow the request.
    Conflict,
    /// 412: the resource has changed since the client read the resource.
    Stale,
    /// 413: the body is too large.
    TooLarge,
    /// 415: the body is not declared as JSON.
    NotJson,
    /// 422: the request is well formed, but conflicts with the state of the resource.
    Unprocessable,
    /// 500: an internal error.
    Internal,
    /// 502: another plane cannot be reached.
    PlaneUnreachable,
    /// 503: the service is unavailable at the moment.
    Unavailable,
    /// 504: another plane did not respond in time.
    PlaneTimeout,
}

impl ErrorKind {
    /// Returns the HTTP status, 400 to 599.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Invalid => 400,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Timeout => 408,
            Self::Conflict => 409,
            Self::Stale => 412,
            Self::TooLarge => 413,
            Self::NotJson => 415,
            Self::Unprocessable => 422,
            Self::Internal => 500,
            Self::PlaneUnreachable => 502,
            Self::Unavailable => 503,
            Self::PlaneTimeout => 504,
        }
    }
}

/// An error response: its kind, the field that it is about, and a message for the client. Never contains internal text.
///
/// Only the message is sent, as [`ErrorBody`]; the status follows from the kind. Code that handles an error looks at the
/// kind and the field, never at the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", kind.status())]
pub struct ApiError {
    /// The kind.
    pub kind: ErrorKind,
    /// The field of the request that the error is about.
    pub field: Option<FieldPath>,
    /// The text of [`ErrorBody::error`]: what is wrong, where, and what to do.
    pub message: String,
    /// The message without its beginning, which names the field.
    predicate: Option<String>,
}

impl ApiError {
    /// Creates an error that is about no field.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, field: None, message: message.into(), predicate: None }
    }

    /// Creates a 400: the input is invalid.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// Creates a 400 about a field: `` `path` predicate ``; for the whole request, `the body predicate`.
    ///
    /// ```
    /// use edgewise_api::{ApiError, FieldPath};
    ///
    /// let error = ApiError::invalid_field(FieldPath::of("key"), "must not be empty");
    /// assert_eq!(error.message, "`key` must not be empty");
    /// ```
    pub fn invalid_field(path: FieldPath, predicate: impl fmt::Display) -> Self {
        let predicate = predicate.to_string();
        let message = about(&path, &predicate);
        Self { field: Some(path), predicate: Some(predicate), ..Self::new(ErrorKind::Invalid, message) }
    }

    /// Creates a 400 about a parameter of the query: `` `name` predicate ``.
    pub fn invalid_parameter(name: &str, predicate: impl fmt::Display) -> Self {
        Self::invalid_field(FieldPath::of(name), predicate)
    }

    /// Creates a 404: the resource does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// Creates a 408: the body did not arrive in time.
    #[must_use]
    pub fn timeout() -> Self {
        Self::new(ErrorKind::Timeout, "the body did not arrive in time: send the request again")
    }

    /// Creates a 409: the name is already in use, or the state does not allow the request.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, message)
    }

    /// Creates a 412: the resource has changed since the client read the resource.
    pub fn stale(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Stale, message)
    }

    /// Creates a 413: the body is larger than `limit` bytes.
    #[must_use]
    pub fn too_large(limit: usize) -> Self {
        Self::new(ErrorKind::TooLarge, format!("the body must be at most {limit} bytes long"))
    }

    /// Creates a 415: the body is not declared as JSON.
    #[must_use]
    pub fn not_json() -> Self {
        Self::new(ErrorKind::NotJson, "the body must be JSON, sent with `content-type: application/json`")
    }

    /// Creates a 422: the request is well formed, but conflicts with the state of the resource.
    pub fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unprocessable, message)
    }

    /// Creates a 500: an internal error. `message` must not contain internal text.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// Creates a 503: the service is unavailable at the moment.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, message)
    }

    /// Returns the error with the field that it is about. The message stays.
    #[must_use]
    pub fn on_field(self, path: FieldPath) -> Self {
        Self { field: Some(path), ..self }
    }

    /// Returns the error with another path of its field, for a client that knows the field by another path.
    #[must_use]
    pub fn map_field(mut self, map: impl FnOnce(FieldPath) -> FieldPath) -> Self {
        self.field = self.field.map(map);
        if let (Some(path), Some(predicate)) = (&self.field, &self.predicate) {
            self.message = about(path, predicate);
        }
        self
    }

    /// Returns the message for a place that shows the field already: `must not be empty`. `None` if the message does not
    /// begin with the name of the field.
    #[must_use]
    pub fn predicate(&self) -> Option<&str> {
        self.predicate.as_deref()
    }

    /// Returns the HTTP status, 400 to 599.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.kind.status()
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

fn about(path: &FieldPath, predicate: &str) -> String {
    if path.steps().is_empty() { format!("the body {predicate}") } else { format!("`{path}` {predicate}") }
}
