//! Environments at a glance.

use edgewise_api::{page::PageRequest, resources::EnvironmentSummary};

use crate::services::{context::Services, error::Result};

/// How many experiments a summary names.
const CHANGED: i64 = 5;

impl Services {
    /// How the environments are doing, by name.
    ///
    /// # Errors
    /// Only if the database fails.
    pub async fn summaries(&self, page: PageRequest) -> Result<Vec<EnvironmentSummary>> {
        let environments = self.environments(page).await?.data;
        let mut summaries = Vec::with_capacity(environments.len());
        for environment in environments {
            let publication = self.publication(&environment.id).await?;
            let mut tx = self.store.read().await?;
            let (versions, _) = tx.versions(&environment.id, 1, 0).await?;
            summaries.push(EnvironmentSummary {
                publication,
                latest: versions.into_iter().next(),
                experiments: tx.count_by_status(&environment.id).await?,
                changed: tx.changed_last(&environment.id, CHANGED).await?,
                environment,
            });
        }
        Ok(summaries)
    }
}
