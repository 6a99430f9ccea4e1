//! Deleting audiences.

use edgewise_api::{Revisioned, conditional::Precondition, resources::Audience};
use edgewise_caller::Principal;

use super::{
    error::{AudienceError, Result},
    load::read,
};
use crate::services::work::{Change, Outcome, Publishing, Services, Subject, UnitOfWork};

impl Services {
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
        let (unit, audience) = self.begin_delete(principal, id, precondition).await?;
        self.delete(unit, audience).await
    }

    /// Deletes an audience that no experiment uses. No experiment can begin to use the audience between the check and the
    /// deletion, because both are in one unit of work.
    ///
    /// # Errors
    /// 404 if there is no such audience, 409 if an experiment uses the audience, 412 if the precondition fails.
    pub async fn delete_unused_audience(
        &self,
        principal: &Principal,
        id: &str,
        precondition: &Precondition,
    ) -> Result<Outcome<Audience>> {
        let (mut unit, audience) = self.begin_delete(principal, id, precondition).await?;
        if unit.tx().count_uses(id).await?.total() > 0 {
            return Err(AudienceError::InUse);
        }
        self.delete(unit, audience).await
    }

    async fn begin_delete<'a>(
        &self,
        principal: &'a Principal,
        id: &str,
        precondition: &Precondition,
    ) -> Result<(UnitOfWork<'a>, Revisioned<Audience>)> {
        let mut unit = self.begin(principal, Subject::Audience(id)).await?;
        let audience = read(unit.tx(), id).await?;
        precondition.check(audience.revision)?;
        Ok((unit, audience))
    }

    async fn delete(
        &self,
        mut unit: UnitOfWork<'_>,
        audience: Revisioned<Audience>,
    ) -> Result<Outcome<Audience>> {
        let Audience { row, .. } = &audience.value;
        let publishing = Publishing::due_if(unit.tx().has_running_experiment(&row.id).await?);
        unit.tx().delete_audience(&row.id).await?;
        let change = Change::deleted(row, row)?;
        let publication = self.commit(unit, change, publishing).await?;
        Ok(Outcome { value: audience.value, publication })
    }
}
