//! Creating environments.

use edgewise_api::{
    Revisioned,
    resources::{Environment, EnvironmentCreate},
};
use edgewise_caller::Principal;

use crate::services::{
    context::Services,
    error::{Result, or_conflict, or_not_found},
};

impl Services {
    /// Creates an environment.
    ///
    /// # Errors
    /// 409 if another environment has the name.
    pub async fn create_environment(
        &self,
        principal: &Principal,
        request: &EnvironmentCreate,
    ) -> Result<Revisioned<Environment>> {
        let (id, now) = (self.ids.new_id(), self.clock.now_ms());
        let name = request.name.as_str();
        let mut tx = self.write(principal).await?;
        or_conflict(tx.insert_environment(&id, name, now).await, || {
            format!("there is an environment `{name}` already")
        })?;
        let environment = or_not_found(tx.environment(&id).await?, "environment", &id)?;
        tx.commit().await?;
        tracing::info!(principal = %principal.who(), id, "environment created");
        Ok(environment)
    }
}
