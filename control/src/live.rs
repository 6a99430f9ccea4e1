//! Telling of new versions: what is live in each environment, for those who want to hear when that changes.

use std::{sync::Arc, time::Duration};

use edgewise_api::{EnvironmentName, publication::LiveVersions};
use tokio::{sync::watch, time::sleep};

use crate::store::{Store, StoreError};

/// The pause before the database is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// The versions that are live, as far as this process knows.
///
/// Who listens sees the newest state, however slow he is: nothing is kept for anybody.
#[derive(Debug, Default)]
pub(crate) struct Live(watch::Sender<LiveVersions>);

impl Live {
    /// What is live now, and whatever changes in it from now on.
    #[must_use]
    pub(crate) fn subscribe(&self) -> watch::Receiver<LiveVersions> {
        self.0.subscribe()
    }

    /// A version is live. An older one than is known says nothing.
    pub(crate) fn tell(&self, environment: &EnvironmentName, version: u64) {
        self.0.send_if_modified(|versions| {
            let news = versions.get(environment).is_none_or(|known| *known < version);
            if news {
                versions.insert(environment.clone(), version);
            }
            news
        });
    }

    /// Takes over what the database knows.
    ///
    /// # Errors
    /// If the database does not answer.
    pub(crate) async fn refresh(&self, store: &Store) -> Result<(), StoreError> {
        let versions = store.read().await?.live_versions().await?;
        for (environment, version) in versions {
            self.tell(&environment, version);
        }
        Ok(())
    }

    /// Hears of what other processes publish. Never ends.
    pub(crate) async fn hear_of_others(self: Arc<Self>, store: Store) {
        let mut listener = store.published_listener();
        loop {
            let said = listener.receive().await;
            match said.as_deref().and_then(read) {
                Some((environment, version)) => self.tell(&environment, version),
                // Something may have been missed.
                None => {
                    while let Err(error) = self.refresh(&store).await {
                        tracing::debug!(%error, "what other processes published is not known");
                        sleep(PAUSE).await;
                    }
                }
            }
        }
    }
}

/// What [`crate::store::Tx::notify_published`] tells.
fn read(said: &str) -> Option<(EnvironmentName, u64)> {
    let (version, name) = said.split_once(' ')?;
    Some((EnvironmentName::new(name).ok()?, version.parse().ok()?))
}
