//! The failures that all services have in common.

use std::error::Error;

use edgewise_api::{Revisioned, conditional::StaleRevision};

use crate::store::{self, StoreError};

/// A failure that every service can have.
#[derive(Debug, thiserror::Error)]
pub enum CommonError {
    /// There is no such resource.
    #[error("there is no {resource} `{id}`")]
    NotFound {
        /// The kind of the resource, for people.
        resource: &'static str,
        /// The id, name or number.
        id: String,
    },
    /// The resource has another revision than the caller expects.
    #[error(transparent)]
    Stale(#[from] StaleRevision),
    /// The database did not carry a call out.
    #[error("the database did not carry the call out")]
    Store(#[from] StoreError),
    /// A fault of this program.
    #[error("an internal error occurred")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

/// The result of what all services have in common.
pub(super) type Result<T> = std::result::Result<T, CommonError>;

pub(super) fn not_found(resource: &'static str, id: &str) -> CommonError {
    CommonError::NotFound { resource, id: id.to_owned() }
}

/// Unwraps the value, or fails because there is no such resource.
pub(super) fn or_not_found<T>(
    value: Option<Revisioned<T>>,
    resource: &'static str,
    id: &str,
) -> Result<Revisioned<T>> {
    value.ok_or_else(|| not_found(resource, id))
}

/// Turns the error of a value that must be unique into the failure of a service.
pub(super) fn or_conflict<T, E: From<CommonError>>(
    result: store::Result<T>,
    conflict: impl FnOnce() -> E,
) -> std::result::Result<T, E> {
    result.map_err(|error| match error {
        StoreError::Duplicate(_) => conflict(),
        error => CommonError::from(error).into(),
    })
}

/// Creates the failure for a fault of this program.
pub(super) fn internal(error: impl Into<Box<dyn Error + Send + Sync>>) -> CommonError {
    CommonError::Internal(error.into())
}

/// Lets `?` turn the failures that all services have in common into the failures of services.
macro_rules! from_common_errors {
    ($($error:ty),+ $(,)?) => {
        $(
            impl From<crate::store::StoreError> for $error {
                fn from(error: crate::store::StoreError) -> Self {
                    Self::Common(error.into())
                }
            }

            impl From<edgewise_api::conditional::StaleRevision> for $error {
                fn from(error: edgewise_api::conditional::StaleRevision) -> Self {
                    Self::Common(error.into())
                }
            }
        )+
    };
}

pub(super) use from_common_errors;
