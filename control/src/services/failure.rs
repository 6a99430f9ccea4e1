use std::error::Error;

use edgewise_api::ApiError;
use edgewise_database::DatabaseError;

use crate::store::StoreError;

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
