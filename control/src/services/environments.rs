use edgewise_api::{
    page::{Page, PageRequest},
    resources::{Environment, EnvironmentCreate},
};

use super::{Result, Services, count, found, missing, or_conflict};
use edgewise_api::Revisioned;
use edgewise_caller::Actor;

impl Services {
    /// Makes an environment.
    ///
    /// # Errors
    /// 409 if there is one of that name.
    pub async fn create_environment(
        &self,
        actor: &Actor,
        request: &EnvironmentCreate,
    ) -> Result<Revisioned<Environment>> {
        let (id, now) = (self.ids.new_id(), self.clock.now_ms());
        let name = request.name.as_str();
        let mut tx = self.store.write().await?;
        or_conflict(tx.insert_environment(&id, name, now).await, || {
            format!("there is an environment `{name}` already")
        })?;
        let environment = found(tx.environment(&id).await?, "environment", &id)?;
        tx.commit().await?;
        tracing::info!(%actor, id, "environment created");
        Ok(environment)
    }

    /// The environment of that id.
    ///
    /// # Errors
    /// 404 if there is none.
    pub async fn environment(&self, id: &str) -> Result<Revisioned<Environment>> {
        let mut tx = self.store.read().await?;
        tx.environment(id).await?.ok_or_else(|| missing("environment", id))
    }

    /// A page of all environments, by name.
    ///
    /// # Errors
    /// Only if the database fails.
    pub async fn environments(&self, page: PageRequest) -> Result<Page<Environment>> {
        let mut tx = self.store.read().await?;
        let (rows, total) = tx.environments(page.limit(), page.offset()).await?;
        Ok(page.answer(rows, count(total)))
    }
}
