//! The versions that an environment has had.

use edgewise_api::{
    diff::Diff,
    page::{Page, PageRequest},
    resources::{self, VersionState},
};

use super::lookup::{compared, state, version};
use crate::services::{context::Services, error::Result};

impl Services {
    /// A page of an environment's versions, the newest first.
    ///
    /// # Errors
    /// 404 if there is no such environment.
    pub async fn versions(
        &self,
        environment_id: &str,
        page: PageRequest,
    ) -> Result<Page<resources::Version>> {
        let mut tx = self.store.read().await?;
        state(&mut tx, environment_id).await?;
        let (rows, total) = tx.versions(environment_id, page.limit(), page.offset()).await?;
        Ok(page.answer(rows, total.unsigned_abs()))
    }

    /// The snapshot of a version, as it was published.
    ///
    /// # Errors
    /// 404 if there is no such environment or version.
    pub async fn version(&self, environment_id: &str, number: &str) -> Result<String> {
        let mut tx = self.store.read().await?;
        state(&mut tx, environment_id).await?;
        Ok(version(&mut tx, environment_id, number).await?.snapshot)
    }

    /// Whether a version was live: then its content can be made live again.
    ///
    /// # Errors
    /// 404 if there is no such version.
    pub async fn was_live(&self, environment_id: &str, number: &str) -> Result<bool> {
        let mut tx = self.store.read().await?;
        Ok(version(&mut tx, environment_id, number).await?.state == VersionState::Published)
    }

    /// How a version differs from another, or, if none is named, from what was live before it.
    ///
    /// # Errors
    /// 404 if there is no such environment or version.
    pub async fn diff(&self, environment_id: &str, number: &str, against: Option<&str>) -> Result<Diff> {
        let mut tx = self.store.read().await?;
        state(&mut tx, environment_id).await?;
        let after = version(&mut tx, environment_id, number).await?;
        let before = match against {
            Some(number) => Some(version(&mut tx, environment_id, number).await?),
            None => tx.newest_published_before(environment_id, after.number).await?,
        };
        compared(after.snapshot, before.map(|before| before.snapshot)).await
    }
}
