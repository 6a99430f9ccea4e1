//! Reading audiences, and where they are used.

use edgewise_api::{
    Revisioned,
    page::{Page, PageRequest},
    resources::{Audience, AudienceSummary, AudienceUses},
};

use super::load::{list, read};
use crate::services::{
    context::Services,
    error::{Result, found},
};

impl Services {
    /// The audience of that id.
    ///
    /// # Errors
    /// 404 if there is none.
    pub async fn audience(&self, id: &str) -> Result<Revisioned<Audience>> {
        read(&mut self.store.read().await?, id).await
    }

    /// A page of the audiences, of one environment or of all, newest first.
    ///
    /// # Errors
    /// Only if the database fails.
    pub async fn audiences(&self, environment_id: Option<&str>, page: PageRequest) -> Result<Page<Audience>> {
        let mut tx = self.store.read().await?;
        let (audiences, total) = list(&mut tx, environment_id, page).await?;
        Ok(page.answer(audiences, total))
    }

    /// The same page, with how each audience is used.
    ///
    /// # Errors
    /// Only if the database fails.
    pub async fn audience_summaries(
        &self,
        environment_id: Option<&str>,
        page: PageRequest,
    ) -> Result<Page<AudienceSummary>> {
        let mut tx = self.store.read().await?;
        let (audiences, total) = list(&mut tx, environment_id, page).await?;
        let uses = tx.uses_of_audiences(environment_id, page.limit(), page.offset()).await?;
        let summary = |audience: Audience| {
            let uses = uses.get(&audience.row.id).copied().unwrap_or_default();
            AudienceSummary { audience, uses }
        };
        Ok(page.answer(audiences.into_iter().map(summary).collect(), total))
    }

    /// Where an audience is used: how often, and the first experiments, `most` at most.
    ///
    /// # Errors
    /// 404 if there is no such audience.
    pub async fn audience_uses(&self, id: &str, most: PageRequest) -> Result<AudienceUses> {
        let mut tx = self.store.read().await?;
        found(tx.audience(id).await?, "audience", id)?;
        Ok(AudienceUses {
            counts: tx.count_uses(id).await?,
            experiments: tx.experiments_of_audience(id, most.limit()).await?,
        })
    }
}
