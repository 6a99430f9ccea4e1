//! Subscriptions to the live versions.

use edgewise_api::{EnvironmentName, publication::LiveVersions};
use tokio::sync::watch;

use edgewise_caller::Principal;

use super::error::Result;
use crate::services::{error::not_found, work::Services};

impl Services {
    /// Subscribes to the live versions, and checks that an environment exists if one is given.
    ///
    /// # Errors
    /// 404 if there is no such environment.
    pub async fn live_versions(
        &self,
        principal: &Principal,
        environment: Option<&EnvironmentName>,
    ) -> Result<watch::Receiver<LiveVersions>> {
        let versions = self.subscribe(principal);
        if let Some(name) = environment
            && !versions.borrow().contains_key(name)
            && !self.read(principal).await?.has_environment_named(name.as_str()).await?
        {
            return Err(not_found("environment", name.as_str()).into());
        }
        Ok(versions)
    }
}
