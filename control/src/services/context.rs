//! The services and their dependencies.

use std::sync::Arc;

use edgewise_api::publication::LiveVersions;
use edgewise_caller::{Clock, IdSource, Principal, Rights};
use tokio::sync::watch;

use super::error::Result;
use crate::{
    live::Live,
    publisher::Publisher,
    store::{Store, Tx},
};

/// The services of a control plane.
#[derive(Clone, Debug)]
pub struct Services {
    /// Private, so that no service reaches the database without a principal.
    store: Store,
    pub(super) publisher: Arc<Publisher>,
    live: Arc<Live>,
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

    /// Begins a transaction that reads what a principal may read.
    ///
    /// # Errors
    /// If the database is not available.
    pub(super) async fn read(&self, principal: &Principal) -> Result<Tx> {
        match principal.rights() {
            Rights::All => Ok(self.store.read().await?),
        }
    }

    /// Begins a transaction that changes what a principal may change.
    ///
    /// # Errors
    /// If the database is not available.
    pub(super) async fn write(&self, principal: &Principal) -> Result<Tx> {
        match principal.rights() {
            Rights::All => Ok(self.store.write().await?),
        }
    }

    /// Begins a transaction that writes a whole environment.
    ///
    /// # Errors
    /// If the database is not available.
    pub(super) async fn write_import(&self, principal: &Principal) -> Result<Tx> {
        match principal.rights() {
            Rights::All => Ok(self.store.write_import().await?),
        }
    }

    /// Subscribes to the live versions that a principal may see.
    pub(super) fn subscribe(&self, principal: &Principal) -> watch::Receiver<LiveVersions> {
        match principal.rights() {
            Rights::All => self.live.subscribe(),
        }
    }
}
