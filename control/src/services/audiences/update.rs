//! Changing and deleting audiences.

use edgewise_api::{
    Revisioned,
    conditional::Precondition,
    resources::{Audience, AudiencePatch},
};
use edgewise_caller::Principal;

use super::load::{name_in_use, read};
use crate::services::{
    change::{Outcome, begin_change},
    context::Services,
    error::{Result, or_conflict},
    rules::rules_json,
};

impl Services {
    /// Updates an audience. The change is published if the request has rules and a running experiment uses the audience.
    ///
    /// # Errors
    /// 404 if there is no such audience, 409 if the name is in use, 412 if the precondition fails.
    pub async fn update_audience(
        &self,
        principal: &Principal,
        id: &str,
        precondition: &Precondition,
        request: &AudiencePatch,
    ) -> Result<Outcome<Revisioned<Audience>>> {
        let rules = request.rules.as_deref().map(rules_json).transpose()?;
        let mut tx = self.write(principal).await?;
        let environment_id = read(&mut tx, id).await?.value.row.environment_id;
        let change = begin_change(&mut tx, &environment_id).await?;
        precondition.check(read(&mut tx, id).await?.revision)?;
        let name = request.name.as_deref();
        let updated = tx.update_audience(id, name, rules.as_deref(), self.clock.now_ms()).await;
        or_conflict(updated, || name_in_use(name.unwrap_or_default()))?;
        let publish = rules.is_some() && tx.has_running_experiment(id).await?;
        let value = read(&mut tx, id).await?;
        let publication = self
            .commit_change(tx, &environment_id, change, publish, (principal, "audience changed", id))
            .await?;
        Ok(Outcome { value, publication })
    }

    /// Deletes an audience, and detaches it from its experiments. The change is published if one of these experiments
    /// is running.
    ///
    /// # Errors
    /// 404 if there is no such audience, 412 if the precondition fails.
    pub async fn delete_audience(
        &self,
        principal: &Principal,
        id: &str,
        precondition: &Precondition,
    ) -> Result<Outcome<Audience>> {
        let mut tx = self.write(principal).await?;
        let environment_id = read(&mut tx, id).await?.value.row.environment_id;
        let change = begin_change(&mut tx, &environment_id).await?;
        let audience = read(&mut tx, id).await?;
        precondition.check(audience.revision)?;
        let publish = tx.has_running_experiment(id).await?;
        tx.delete_audience(id).await?;
        let publication = self
            .commit_change(tx, &environment_id, change, publish, (principal, "audience deleted", id))
            .await?;
        Ok(Outcome { value: audience.value, publication })
    }
}
