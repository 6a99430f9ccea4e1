//! Reading environments.

use edgewise_api::{
    Revisioned,
    page::{Page, PageRequest},
    resources::Environment,
    search::Search,
};

use edgewise_caller::Principal;

use super::error::Result;
use crate::services::{error::or_not_found, work::Services};

impl Services {
    /// Returns the environment with this id.
    ///
    /// # Errors
    /// 404 if there is no such environment.
    pub async fn environment(&self, principal: &Principal, id: &str) -> Result<Revisioned<Environment>> {
        let mut tx = self.read(principal).await?;
        Ok(or_not_found(tx.environment(id).await?, "environment", id)?)
    }

    /// Returns a page of the environments that match a search, sorted by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn environments(
        &self,
        principal: &Principal,
        search: Option<&Search>,
        page: PageRequest,
    ) -> Result<Page<Environment>> {
        let mut tx = self.read(principal).await?;
        let (rows, total) = tx.environments(search, page.limit(), page.offset()).await?;
        Ok(page.respond(rows, total.unsigned_abs()))
    }
}
