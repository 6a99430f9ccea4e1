//! Changing audiences.

use edgewise_api::{
    Publication, Revisioned,
    conditional::Precondition,
    resources::{Audience, AudiencePatch},
};
use edgewise_caller::Principal;

use super::{
    error::{AudienceError, Result},
    load::read,
};
use crate::services::{
    error::or_conflict,
    rules::rules_json,
    work::{Change, Outcome, Publishing, Services, Subject},
};

impl Services {
    /// Updates an audience. A request without fields changes nothing. The change is published if the request has rules and a running experiment uses the audience.
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
        if request.is_empty() {
            let value = self.audience(principal, id).await?;
            precondition.check(value.revision)?;
            return Ok(Outcome { value, publication: Publication::NotDue });
        }
        let rules = request.rules.as_deref().map(rules_json).transpose()?;
        let mut unit = self.begin(principal, Subject::Audience(id)).await?;
        let before = read(unit.tx(), id).await?;
        precondition.check(before.revision)?;
        let name = request.name.as_deref();
        let updated = unit.tx().update_audience(id, name, rules.as_deref(), self.clock.now_ms()).await;
        or_conflict(updated, || AudienceError::NameInUse { name: name.unwrap_or_default().to_owned() })?;
        let publishing = Publishing::due_if(rules.is_some() && unit.tx().has_running_experiment(id).await?);
        let value = read(unit.tx(), id).await?;
        let change = Change::updated(&value.value.row, &before.value.row, &value.value.row)?;
        let publication = self.commit(unit, change, publishing).await?;
        Ok(Outcome { value, publication })
    }
}
