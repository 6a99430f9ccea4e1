//! Failures as errors of the API.

use std::error::Error;

use edgewise_api::{ApiError, Revisioned};
use edgewise_database::DatabaseError;

use crate::{
    publisher::Unprepared,
    store::{self, StoreError},
};

/// Shorthand of this module.
pub type Result<T> = std::result::Result<T, ApiError>;

pub(super) fn missing(what: &str, id: &str) -> ApiError {
    ApiError::not_found(format!("there is no {what} `{id}`"))
}

/// The value, or 404.
pub(super) fn found<T>(value: Option<Revisioned<T>>, what: &str, id: &str) -> Result<Revisioned<T>> {
    value.ok_or_else(|| missing(what, id))
}

/// Turns a taken name into 409.
pub(super) fn or_conflict<T>(result: store::Result<T>, conflict: impl FnOnce() -> String) -> Result<T> {
    result.map_err(|error| match error {
        StoreError(DatabaseError::Duplicate) => ApiError::conflict(conflict()),
        error => error.into(),
    })
}

/// Faults that are not the client's are logged with an id, and the client gets the id alone.
pub(super) fn internal(error: &dyn Error) -> ApiError {
    let id = uuid::Uuid::new_v4();
    tracing::error!(%id, %error, "internal error");
    ApiError::internal(format!("internal error {id}: it has been logged under this id"))
}

impl From<StoreError> for ApiError {
    fn from(StoreError(error): StoreError) -> Self {
        match error {
            DatabaseError::Unavailable(error) => {
                tracing::warn!(%error, "the database is not available");
                Self::unavailable("the database is not available: try again in a moment")
            }
            DatabaseError::Duplicate => Self::conflict("the name or key is taken"),
            error @ DatabaseError::Failed(_) => internal(&error),
        }
    }
}

impl From<Unprepared> for ApiError {
    fn from(problem: Unprepared) -> Self {
        match problem {
            Unprepared::Database(error) => error.into(),
            Unprepared::Objects(problem) => Self::unavailable(problem),
            Unprepared::Content(problem) => Self::unprocessable(problem),
        }
    }
}
