//! The extractor of query parameters.

use axum::{extract::FromRequestParts, http::request::Parts};
use edgewise_api::{ApiError, page::PageRequest, query::Query, search::Search};
use edgewise_http::ErrorResponse;
use utoipa::IntoParams;

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

/// The search of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchWords {
    /// Words, at most 8: only rows whose name and key contain all of them are listed, whatever the case of letters
    #[param(value_type = Option<String>)]
    pub(super) search: Option<Search>,
}

impl FromQuery for SearchWords {
    fn from_query(query: &Query<'_>) -> Result<Self, ApiError> {
        Ok(Self { search: Search::parse(query.optional("search")?.unwrap_or_default())? })
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
