//! The extractor of query parameters.

use axum::{extract::FromRequestParts, http::request::Parts};
use edgewise_api::{ApiError, page::PageRequest, query::Query};
use edgewise_http::ErrorResponse;

/// Parameters that can be read from a query string.
pub(super) trait FromQuery: Sized {
    /// Reads the parameters.
    ///
    /// # Errors
    /// 400, naming the invalid parameter.
    fn from_query(query: &Query<'_>) -> Result<Self, ApiError>;
}

impl FromQuery for PageRequest {
    fn from_query(query: &Query<'_>) -> Result<Self, ApiError> {
        Self::from_query(query)
    }
}

/// Extracts the parameters in the query string.
pub(super) struct Params<T>(pub(super) T);

impl<S: Sync, T: FromQuery> FromRequestParts<S> for Params<T> {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        Ok(Self(T::from_query(&Query::parse(parts.uri.query().unwrap_or_default()))?))
    }
}
