//! Extractors of path parameters and of the principal.

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use edgewise_api::ApiError;
use edgewise_caller::Principal;
use edgewise_http::ErrorResponse;
use serde::de::DeserializeOwned;

/// Extracts the ids in the path.
pub(super) struct Ids<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Ids<T> {
    type Rejection = ErrorResponse;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ErrorResponse> {
        let nul = parts.uri.path().contains("%00");
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(ids)) if !nul => Ok(Self(ids)),
            Ok(_) => Err(ApiError::invalid("the path must not contain a NUL character").into()),
            Err(_) => Err(ApiError::invalid("the path is not UTF-8").into()),
        }
    }
}

/// Extracts the principal of the request. There are no accounts yet: every client that can connect may do everything.
pub(super) struct Caller(pub(super) Principal);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ErrorResponse;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, ErrorResponse> {
        Ok(Self(Principal::for_rest_extractor()))
    }
}
