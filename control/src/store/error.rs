//! Errors of the store.

use edgewise_database::DatabaseError;

/// The result of a store call.
pub type Result<T> = std::result::Result<T, StoreError>;

/// An error of a store call.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct StoreError(#[from] pub DatabaseError);

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self(error.into())
    }
}
