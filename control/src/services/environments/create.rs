//! Creating environments.

use edgewise_api::{
    Revisioned,
    resources::{Environment, EnvironmentCreate},
};
use edgewise_caller::Principal;

use super::error::{EnvironmentError, Result};
use crate::services::{
    error::{or_conflict, or_not_found},
    work::{Change, Publishing, Services, Subject},
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
        let mut open = self.open(principal).await?;
        or_conflict(open.tx().insert_environment(&id, name, now).await, || EnvironmentError::NameInUse {
            name: name.to_owned(),
        })?;
        let mut unit = open.on(Subject::Environment(&id)).await?;
        let environment = or_not_found(unit.tx().environment(&id).await?, "environment", &id)?;
        let change = Change::created(&environment.value, &environment.value)?;
        self.commit(unit, change, Publishing::NotDue).await?;
        Ok(environment)
    }
}
