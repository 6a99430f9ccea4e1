//! Creating audiences.

use edgewise_api::{
    Revisioned,
    resources::{Audience, AudienceCreate},
};
use edgewise_caller::Principal;

use super::{
    error::{AudienceError, Result},
    load::read,
};
use crate::services::{
    error::or_conflict,
    rules::rules_json,
    work::{Change, Publishing, Services, Subject},
};

impl Services {
    /// Creates an audience.
    ///
    /// # Errors
    /// 404 for an unknown environment, 409 if the environment already has an audience with the name.
    pub async fn create_audience(
        &self,
        principal: &Principal,
        request: &AudienceCreate,
    ) -> Result<Revisioned<Audience>> {
        let (id, now) = (self.ids.new_id(), self.clock.now_ms());
        let rules = rules_json(&request.rules)?;
        let mut unit = self.begin(principal, Subject::Environment(&request.environment_id)).await?;
        or_conflict(unit.tx().insert_audience(&id, request, &rules, now).await, || {
            AudienceError::NameInUse { name: request.name.clone() }
        })?;
        let audience = read(unit.tx(), &id).await?;
        let change = Change::created(&audience.value.row, &audience.value.row)?;
        self.commit(unit, change, Publishing::NotDue).await?;
        Ok(audience)
    }
}
