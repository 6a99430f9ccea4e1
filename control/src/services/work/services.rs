//! The services and their dependencies.

use std::sync::Arc;

use edgewise_api::publication::LiveVersions;
use edgewise_caller::{Clock, IdSource, Principal, Rights};
use tokio::sync::watch;

use crate::services::error::Result;
use crate::{
    live::Live,
    publisher::Publisher,
    store::{Store, Tx},
};

/// The services of a control plane.
#[derive(Clone, Debug)]
pub struct Services {
    /// Only units of work begin transactions that write.
    pub(super) store: Store,
    pub(in crate::services) publisher: Arc<Publisher>,
    live: Arc<Live>,
    pub(in crate::services) clock: Arc<dyn Clock>,
    pub(in crate::services) ids: Arc<dyn IdSource>,
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

    /// Begins a transaction that reads what a principal may read.
    ///
    /// # Errors
    /// 503 if the database is not available.
    pub(in crate::services) async fn read(&self, principal: &Principal) -> Result<Tx> {
        match principal.rights() {
            Rights::All => Ok(self.store.read().await?),
        }
    }

    /// Subscribes to the live versions that a principal may see.
    pub(in crate::services) fn subscribe(&self, principal: &Principal) -> watch::Receiver<LiveVersions> {
        match principal.rights() {
            Rights::All => self.live.subscribe(),
        }
    }
}
