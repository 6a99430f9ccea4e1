//! Errors of the store and the publisher as errors of the API.

use std::error::Error;

use edgewise_api::{ApiError, Revisioned};

use crate::{
    publisher::PrepareError,
    store::{self, StoreError},
};

/// The result of a service.
pub type Result<T> = std::result::Result<T, ApiError>;

pub(super) fn not_found(kind: &str, id: &str) -> ApiError {
    ApiError::not_found(format!("there is no {kind} `{id}`"))
}

/// Unwraps the value, or returns a 404.
pub(super) fn or_not_found<T>(value: Option<Revisioned<T>>, kind: &str, id: &str) -> Result<Revisioned<T>> {
    value.ok_or_else(|| not_found(kind, id))
}

/// Turns the error of a name that is in use into a 409.
pub(super) fn or_conflict<T>(result: store::Result<T>, conflict: impl FnOnce() -> String) -> Result<T> {
    result.map_err(|error| match error {
        StoreError::Duplicate(_) => ApiError::conflict(conflict()),
        error => error.into(),
    })
}

/// Logs an error that the client did not cause, under an id. The client receives only the id.
pub(super) fn internal(error: &dyn Error) -> ApiError {
    let id = uuid::Uuid::new_v4();
    tracing::error!(%id, %error, "internal error");
    ApiError::internal(format!("internal error {id}: the server has logged the details under this id"))
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(error) => {
                tracing::warn!(%error, "a request to the database failed");
                Self::unavailable("the database is not available: try again in a moment")
            }
            StoreError::Duplicate(_) => {
                Self::conflict("the name or key is already in use: choose another one")
            }
            StoreError::Failed(error) => internal(&error),
        }
    }
}

impl From<PrepareError> for ApiError {
    fn from(problem: PrepareError) -> Self {
        match problem {
            PrepareError::Database(error) => error.into(),
            PrepareError::Objects(problem) => Self::unavailable(problem),
            PrepareError::Content(problem) => Self::unprocessable(problem),
        }
    }
}
