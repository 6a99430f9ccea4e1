//! Failures of the store.

use edgewise_database::DatabaseError;

/// The result of a call of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why the database did not carry a call out.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct StoreError(#[from] pub DatabaseError);

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self(error.into())
    }
}
