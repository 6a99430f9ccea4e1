//! Reading environments.

use edgewise_api::{
    Revisioned,
    page::{Page, PageRequest},
    resources::Environment,
};

use crate::services::{
    context::Services,
    error::{Result, found},
};

impl Services {
    /// The environment of that id.
    ///
    /// # Errors
    /// 404 if there is none.
    pub async fn environment(&self, id: &str) -> Result<Revisioned<Environment>> {
        let mut tx = self.store.read().await?;
        found(tx.environment(id).await?, "environment", id)
    }

    /// A page of all environments, by name.
    ///
    /// # Errors
    /// Only if the database fails.
    pub async fn environments(&self, page: PageRequest) -> Result<Page<Environment>> {
        let mut tx = self.store.read().await?;
        let (rows, total) = tx.environments(page.limit(), page.offset()).await?;
        Ok(page.answer(rows, total.unsigned_abs()))
    }
}
