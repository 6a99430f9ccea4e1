//! Summaries of environments.

use edgewise_api::{page::PageRequest, resources::EnvironmentSummary};
use edgewise_caller::Principal;

use super::error::Result;
use crate::services::work::Services;
use crate::store::EnvironmentOverview;

/// The number of experiments in a summary.
const RECENT: i64 = 5;

impl Services {
    /// Returns a summary of each environment on a page, sorted by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn summaries(
        &self,
        principal: &Principal,
        page: PageRequest,
    ) -> Result<Vec<EnvironmentSummary>> {
        let overview = self.read(principal).await?.overview(page.limit(), page.offset(), RECENT).await?;
        let summary = |found: EnvironmentOverview| EnvironmentSummary {
            publication: self.status(&found.environment.id, found.state, found.pending, found.live),
            latest: found.latest,
            experiments: found.experiments,
            not_as_saved: found.not_as_saved,
            deleted_but_live: found.deleted_but_live,
            changed: found.changed,
            environment: found.environment,
        };
        Ok(overview.into_iter().map(summary).collect())
    }
}
