use axum::{
    extract::{FromRequestParts, Path},
    http::{header, request::Parts},
};
use edgewise_api::{ApiError, query::Query};
use serde::de::DeserializeOwned;

use crate::{actor::Actor, http::Failed, services::Precondition};

/// The ids in the path.
pub(super) struct Ids<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Ids<T> {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failed> {
        let nul = parts.uri.path().contains("%00");
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(ids)) if !nul => Ok(Self(ids)),
            Ok(_) => Err(ApiError::invalid("the path must not contain a NUL character").into()),
            Err(_) => Err(ApiError::invalid("the path is not UTF-8").into()),
        }
    }
}

/// What the client expects to change, by its `If-Match` header.
impl<S: Sync> FromRequestParts<S> for Precondition {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failed> {
        let values = parts.headers.get_all(header::IF_MATCH).iter();
        let values: Vec<&str> = values.map(|value| value.to_str().unwrap_or_default()).collect();
        Ok(if values.is_empty() { Self::None } else { Self::from_if_match(&values.join(",")) })
    }
}

/// Who asks. There are no accounts yet: whoever reaches the address may do everything.
impl<S: Sync> FromRequestParts<S> for Actor {
    type Rejection = Failed;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Failed> {
        Ok(Self::LOCAL)
    }
}

/// The query string as it was sent.
pub(super) struct QueryText(String);

impl QueryText {
    pub(super) fn parse(&self) -> Result<Query<'_>, ApiError> {
        Query::parse(&self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for QueryText {
    type Rejection = Failed;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failed> {
        Ok(Self(parts.uri.query().unwrap_or_default().to_owned()))
    }
}
