//! The health check of the database.

use crate::store::{Store, StoreError};

/// Checks whether the database of a control plane responds.
///
/// The check belongs to the process, so it takes no principal.
#[derive(Clone, Debug)]
pub struct DatabaseHealth(Store);

impl DatabaseHealth {
    pub(crate) const fn new(store: Store) -> Self {
        Self(store)
    }

    /// Checks that the database responds.
    ///
    /// # Errors
    /// The reason why the database does not respond, for the log.
    pub async fn check(&self) -> Result<(), String> {
        self.0.ping().await.map_err(|error: StoreError| error.to_string())
    }
}
