//! Creating audiences.

use edgewise_api::{
    Revisioned,
    resources::{Audience, AudienceCreate},
};
use edgewise_caller::Principal;

use super::load::{name_in_use, read};
use crate::services::{
    change::begin_change,
    context::Services,
    error::{Result, or_conflict},
    rules::rules_json,
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
        let mut tx = self.write(principal).await?;
        let change = begin_change(&mut tx, &request.environment_id).await?;
        or_conflict(tx.insert_audience(&id, request, &rules, now).await, || name_in_use(&request.name))?;
        let audience = read(&mut tx, &id).await?;
        self.commit_change(tx, &request.environment_id, change, false, (principal, "audience created", &id))
            .await?;
        Ok(audience)
    }
}
