//! The services and their dependencies.

use std::sync::Arc;

use edgewise_caller::{Clock, IdSource};

use super::error::Result;
use crate::{live::Live, publisher::Publisher, store::Store};

/// The services of a control plane.
#[derive(Clone, Debug)]
pub struct Services {
    pub(super) store: Store,
    pub(super) publisher: Arc<Publisher>,
    pub(super) live: Arc<Live>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn IdSource>,
}

impl Services {
    /// Creates the services of a database. Changes are published by `publisher`.
    pub(crate) fn new(
        store: Store,
        publisher: Arc<Publisher>,
        live: Arc<Live>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        Self { store, publisher, live, clock, ids }
    }

    /// Checks that the database responds.
    ///
    /// # Errors
    /// 503 if the database does not respond.
    pub async fn ready(&self) -> Result<()> {
        Ok(self.store.ping().await?)
    }
}
