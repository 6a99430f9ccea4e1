//! Conditional requests: `If-Match`, `If-None-Match` and `ETag`.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, header, request::Parts},
};
use edgewise_api::conditional::{Precondition, if_none_match_contains};

use crate::response::ErrorResponse;

/// The precondition in the `If-Match` header of a request. A request without the header has no precondition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfMatch(pub Precondition);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        let values = parts.headers.get_all(header::IF_MATCH).iter();
        let values: Vec<&str> = values.map(|value| value.to_str().unwrap_or_default()).collect();
        Ok(Self(if values.is_empty() {
            Precondition::None
        } else {
            Precondition::from_if_match(&values.join(","))
        }))
    }
}

/// Returns whether the `If-None-Match` header contains this ETag or `*`.
#[must_use]
pub fn if_none_match(headers: &HeaderMap, etag: &str) -> bool {
    let mut values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.any(|tags| if_none_match_contains(tags, etag))
}

/// Returns the `ETag` of a revision.
#[must_use]
pub fn revision_etag(revision: i64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{revision}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"0\""))
}
