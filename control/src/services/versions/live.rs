//! The versions that are live, as they change.

use edgewise_api::{EnvironmentName, publication::LiveVersions};
use tokio::sync::watch;

use crate::services::{
    context::Services,
    error::{Result, missing},
};

impl Services {
    /// The versions that are live, as they change.
    #[must_use]
    pub fn every_live_version(&self) -> watch::Receiver<LiveVersions> {
        self.live.subscribe()
    }

    /// The same for somebody to whom one environment may be of interest.
    ///
    /// # Errors
    /// 404 if there is no such environment.
    pub async fn live_versions(
        &self,
        environment: Option<&EnvironmentName>,
    ) -> Result<watch::Receiver<LiveVersions>> {
        let versions = self.live.subscribe();
        if let Some(name) = environment
            && !versions.borrow().contains_key(name)
            && !self.store.read().await?.has_environment_named(name.as_str()).await?
        {
            return Err(missing("environment", name.as_str()));
        }
        Ok(versions)
    }
}
