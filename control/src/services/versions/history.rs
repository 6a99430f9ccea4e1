//! The history of an environment's versions.

use edgewise_api::{
    page::{Page, PageRequest},
    resources::{self, VersionState},
};

use edgewise_caller::Principal;

use super::{
    error::Result,
    lookup::{publish_state, version_numbered},
};
use crate::services::work::Services;

impl Services {
    /// Returns a page of an environment's versions, newest first.
    ///
    /// # Errors
    /// 404 if there is no such environment.
    pub async fn versions(
        &self,
        principal: &Principal,
        environment_id: &str,
        page: PageRequest,
    ) -> Result<Page<resources::Version>> {
        let mut tx = self.read(principal).await?;
        publish_state(&mut tx, environment_id).await?;
        let (rows, total) = tx.versions(environment_id, page.limit(), page.offset()).await?;
        Ok(page.respond(rows, total.unsigned_abs()))
    }

    /// Returns the snapshot of a version, as published.
    ///
    /// # Errors
    /// 404 if there is no such environment or version.
    pub async fn version(&self, principal: &Principal, environment_id: &str, number: &str) -> Result<String> {
        let mut tx = self.read(principal).await?;
        publish_state(&mut tx, environment_id).await?;
        Ok(version_numbered(&mut tx, environment_id, number).await?.snapshot)
    }

    /// Returns whether a version was live, so that a rollback to it is possible.
    ///
    /// # Errors
    /// 404 if there is no such version.
    pub async fn was_live(&self, principal: &Principal, environment_id: &str, number: &str) -> Result<bool> {
        let mut tx = self.read(principal).await?;
        Ok(version_numbered(&mut tx, environment_id, number).await?.state == VersionState::Published)
    }
}
