//! Changing and deleting audiences.

use edgewise_api::{
    Revisioned,
    conditional::Precondition,
    resources::{Audience, AudiencePatch},
};
use edgewise_caller::Actor;

use super::load::{read, taken};
use crate::services::{
    change::{Changed, begin_change},
    context::Services,
    error::{Result, or_conflict},
    rules::rules_json,
};

impl Services {
    /// Changes an audience. Published if its rules changed and a running experiment uses it.
    ///
    /// # Errors
    /// 404 if there is none, 409 for a name that is taken, 412 if the precondition does not hold.
    pub async fn update_audience(
        &self,
        actor: &Actor,
        id: &str,
        precondition: &Precondition,
        request: &AudiencePatch,
    ) -> Result<Changed<Revisioned<Audience>>> {
        let rules = request.rules.as_deref().map(rules_json).transpose()?;
        let mut tx = self.store.write().await?;
        let environment_id = read(&mut tx, id).await?.value.row.environment_id;
        let change = begin_change(&mut tx, &environment_id).await?;
        precondition.check(read(&mut tx, id).await?.revision)?;
        let name = request.name.as_deref();
        let updated = tx.update_audience(id, name, rules.as_deref(), self.clock.now_ms()).await;
        or_conflict(updated, || taken(name.unwrap_or_default()))?;
        let publish = rules.is_some() && tx.audience_runs(id).await?;
        let value = read(&mut tx, id).await?;
        let publication =
            self.finish(tx, &environment_id, change, publish, (actor, "audience changed", id)).await?;
        Ok(Changed { value, publication })
    }

    /// Deletes an audience, and detaches it from its experiments. Published if one of them runs.
    ///
    /// # Errors
    /// 404 if there is none, 412 if the precondition does not hold.
    pub async fn delete_audience(
        &self,
        actor: &Actor,
        id: &str,
        precondition: &Precondition,
    ) -> Result<Changed<Audience>> {
        let mut tx = self.store.write().await?;
        let environment_id = read(&mut tx, id).await?.value.row.environment_id;
        let change = begin_change(&mut tx, &environment_id).await?;
        let audience = read(&mut tx, id).await?;
        precondition.check(audience.revision)?;
        let publish = tx.audience_runs(id).await?;
        tx.delete_audience(id).await?;
        let publication =
            self.finish(tx, &environment_id, change, publish, (actor, "audience deleted", id)).await?;
        Ok(Changed { value: audience.value, publication })
    }
}
