//! Reading audiences and their uses.

use edgewise_api::{
    Revisioned,
    page::{Page, PageRequest},
    resources::{Audience, AudienceFilter, AudienceSummary, AudienceUses},
};

use edgewise_caller::Principal;

use super::{
    error::Result,
    load::{list, read},
};
use crate::services::{error::or_not_found, work::Services};

impl Services {
    /// Returns the audience with this id.
    ///
    /// # Errors
    /// 404 if there is no such audience.
    pub async fn audience(&self, principal: &Principal, id: &str) -> Result<Revisioned<Audience>> {
        read(&mut self.read(principal).await?, id).await
    }

    /// Returns a page of the audiences that match a filter, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audiences(
        &self,
        principal: &Principal,
        filter: AudienceFilter<'_>,
        page: PageRequest,
    ) -> Result<Page<Audience>> {
        let mut tx = self.read(principal).await?;
        let (audiences, total) = list(&mut tx, filter, page).await?;
        Ok(page.respond(audiences, total))
    }

    /// Returns the same page as [`Services::audiences`], with the number of uses of each audience.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audience_summaries(
        &self,
        principal: &Principal,
        filter: AudienceFilter<'_>,
        page: PageRequest,
    ) -> Result<Page<AudienceSummary>> {
        let mut tx = self.read(principal).await?;
        let (audiences, total) = list(&mut tx, filter, page).await?;
        let uses = tx.count_uses_by_audience(filter, page.limit(), page.offset()).await?;
        let summary = |audience: Audience| {
            let uses = uses.get(&audience.row.id).copied().unwrap_or_default();
            AudienceSummary { audience, uses }
        };
        Ok(page.respond(audiences.into_iter().map(summary).collect(), total))
    }

    /// Returns the number of experiments that use an audience, and the first of them. `page` limits their number.
    ///
    /// # Errors
    /// 404 if there is no such audience.
    pub async fn audience_uses(
        &self,
        principal: &Principal,
        id: &str,
        page: PageRequest,
    ) -> Result<AudienceUses> {
        let mut tx = self.read(principal).await?;
        or_not_found(tx.audience(id).await?, "audience", id)?;
        Ok(AudienceUses {
            counts: tx.count_uses(id).await?,
            experiments: tx.experiments_of_audience(id, page.limit()).await?,
        })
    }
}
