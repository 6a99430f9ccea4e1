//! The services, and what they work with.

use std::sync::Arc;

use edgewise_caller::{Clock, IdSource};

use super::error::Result;
use crate::{live::Live, publisher::Publisher, store::Store};

/// The services of a control plane, and what they work with.
#[derive(Clone, Debug)]
pub struct Services {
    pub(super) store: Store,
    pub(super) publisher: Arc<Publisher>,
    pub(super) live: Arc<Live>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn IdSource>,
}

impl Services {
    /// Services on a database, publishing through `publisher`.
    pub(crate) fn new(
        store: Store,
        publisher: Arc<Publisher>,
        live: Arc<Live>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        Self { store, publisher, live, clock, ids }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// 503 if it does not.
    pub async fn ready(&self) -> Result<()> {
        Ok(self.store.ping().await?)
    }
}
