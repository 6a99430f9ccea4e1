//! Summaries of environments.

use edgewise_api::{page::PageRequest, resources::EnvironmentSummary};

use edgewise_caller::Principal;

use crate::services::{error::Result, work::Services};

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
        let environments = self.environments(principal, page).await?.data;
        let mut summaries = Vec::with_capacity(environments.len());
        for environment in environments {
            let publication = self.publication(principal, &environment.id).await?;
            let mut tx = self.read(principal).await?;
            let (versions, _) = tx.versions(&environment.id, 1, 0).await?;
            summaries.push(EnvironmentSummary {
                publication,
                latest: versions.into_iter().next(),
                experiments: tx.count_by_status(&environment.id).await?,
                changed: tx.recently_changed(&environment.id, RECENT).await?,
                environment,
            });
        }
        Ok(summaries)
    }
}
