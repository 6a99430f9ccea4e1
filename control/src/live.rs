//! The live version of each environment, and subscriptions to its changes.

use std::{sync::Arc, time::Duration};

use edgewise_api::{EnvironmentName, publication::LiveVersions};
use tokio::{sync::watch, time::sleep};

use crate::store::{Store, StoreError};

/// The pause before another attempt to read the database.
const PAUSE: Duration = Duration::from_secs(1);

/// The live version of each environment, as far as this process knows.
///
/// A slow subscriber receives the newest state only: nothing is queued.
#[derive(Debug, Default)]
pub(crate) struct Live(watch::Sender<LiveVersions>);

impl Live {
    /// Subscribes to the live versions: the current ones, and every change from now on.
    #[must_use]
    pub(crate) fn subscribe(&self) -> watch::Receiver<LiveVersions> {
        self.0.subscribe()
    }

    /// Announces that a version is live. A version that is not newer than the known one is ignored.
    pub(crate) fn announce(&self, environment: &EnvironmentName, version: u64) {
        self.0.send_if_modified(|versions| {
            let is_newer = versions.get(environment).is_none_or(|known| *known < version);
            if is_newer {
                versions.insert(environment.clone(), version);
            }
            is_newer
        });
    }

    /// Announces the versions that are live according to the database.
    ///
    /// # Errors
    /// If the database does not respond.
    pub(crate) async fn refresh(&self, store: &Store) -> Result<(), StoreError> {
        let versions = store.read().await?.live_versions().await?;
        for (environment, version) in versions {
            self.announce(&environment, version);
        }
        Ok(())
    }

    /// Announces the versions that other processes publish. Never returns.
    pub(crate) async fn follow_other_processes(self: Arc<Self>, store: Store) {
        let mut listener = store.published_listener();
        loop {
            let message = listener.receive().await;
            match message.as_deref().and_then(parse_message) {
                Some((environment, version)) => self.announce(&environment, version),
                // The listener has connected, so messages may have been missed.
                None => {
                    while let Err(error) = self.refresh(&store).await {
                        tracing::debug!(%error, "cannot read the live versions");
                        sleep(PAUSE).await;
                    }
                }
            }
        }
    }
}

/// Reads a message of [`crate::store::Tx::notify_published`].
fn parse_message(message: &str) -> Option<(EnvironmentName, u64)> {
    let (version, name) = message.split_once(' ')?;
    Some((EnvironmentName::new(name).ok()?, version.parse().ok()?))
}
