//! Failures of the store.

use edgewise_database::DatabaseError;

/// The result of a call of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// The reason why the database did not carry a call out.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another row has the same unique value.
    #[error(transparent)]
    Duplicate(DatabaseError),
    /// The database cannot be reached, or is too busy.
    #[error(transparent)]
    Unavailable(DatabaseError),
    /// Any other fault, of this program or of the database.
    #[error(transparent)]
    Failed(DatabaseError),
}

impl From<DatabaseError> for StoreError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Duplicate => Self::Duplicate(error),
            DatabaseError::Unavailable(_) => Self::Unavailable(error),
            DatabaseError::Failed(_) => Self::Failed(error),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        DatabaseError::from(error).into()
    }
}

impl From<StoreError> for DatabaseError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Duplicate(error) | StoreError::Unavailable(error) | StoreError::Failed(error) => {
                error
            }
        }
    }
}
