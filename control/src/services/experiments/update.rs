//! Changing and deleting experiments.

use edgewise_api::{
    Publication, Revisioned,
    conditional::Precondition,
    resources::{Experiment, ExperimentPatch, ExperimentWithEnvironment, Status, StatusPatch},
};
use edgewise_caller::Principal;

use super::{
    edit::check_audience,
    error::{ExperimentError, Result},
};
use crate::services::{
    error::or_not_found,
    rules::rules_json,
    work::{Change, Outcome, Publishing, Services},
};

impl Services {
    /// Updates an experiment. A request without fields changes nothing. The change is published if the experiment is running and the request has an audience or rules.
    ///
    /// # Errors
    /// 404 if there is no such experiment or audience, 412 if the precondition fails, 422 for an audience of another
    /// environment.
    pub async fn update_experiment(
        &self,
        principal: &Principal,
        id: &str,
        precondition: &Precondition,
        request: &ExperimentPatch,
    ) -> Result<Outcome<Revisioned<Experiment>>> {
        if request.is_empty() {
            let value = self.experiment(principal, id).await?;
            precondition.check(value.revision)?;
            return Ok(Outcome { value, publication: Publication::NotDue });
        }
        let rules = request.targeting_rules.as_deref().map(rules_json).transpose()?;
        let (mut unit, before) = self.begin_experiment(principal, id, precondition).await?;
        if let Some(Some(audience_id)) = &request.audience_id {
            check_audience(unit.tx(), audience_id, &before.environment_id).await?;
        }
        unit.tx().update_experiment(id, request, rules.as_deref(), self.clock.now_ms()).await?;
        let value = or_not_found(unit.tx().experiment(id).await?, "experiment", id)?;
        let change = Change::updated(&value.value.row, &before, &value.value.row)?;
        let publishing = Publishing::due_if(before.status == Status::Running && request.changes_targeting());
        let publication = self.commit(unit, change, publishing).await?;
        Ok(Outcome { value, publication })
    }

    /// Updates the status of an experiment. The change is always published.
    ///
    /// # Errors
    /// 404 if there is no such experiment, 412 if the precondition fails, 422 if the current status does not allow the new
    /// one.
    pub async fn update_status(
        &self,
        principal: &Principal,
        id: &str,
        precondition: &Precondition,
        request: StatusPatch,
    ) -> Result<Outcome<Revisioned<Experiment>>> {
        let (mut unit, before) = self.begin_experiment(principal, id, precondition).await?;
        let (from, to) = (before.status, request.status);
        if !from.may_become(to) {
            return Err(ExperimentError::StatusNotAllowed { from, to });
        }
        unit.tx().update_status(id, to, self.clock.now_ms()).await?;
        let value = or_not_found(unit.tx().experiment(id).await?, "experiment", id)?;
        let change = Change::updated(&value.value.row, &before, &value.value.row)?;
        let publication = self.commit(unit, change, Publishing::Due).await?;
        Ok(Outcome { value, publication })
    }

    /// Deletes an experiment with its variants and allocations. The change is always published.
    ///
    /// # Errors
    /// 404 if there is no such experiment, 412 if the precondition fails.
    pub async fn delete_experiment(
        &self,
        principal: &Principal,
        id: &str,
        precondition: &Precondition,
    ) -> Result<Outcome<ExperimentWithEnvironment>> {
        let (mut unit, row) = self.begin_experiment(principal, id, precondition).await?;
        let environment = unit.tx().environment(&row.environment_id).await?;
        let environment = or_not_found(environment, "environment", &row.environment_id)?;
        unit.tx().delete_experiment(id).await?;
        let change = Change::deleted(&row, &row)?;
        let publication = self.commit(unit, change, Publishing::Due).await?;
        Ok(Outcome { value: ExperimentWithEnvironment { row, environment: environment.value }, publication })
    }
}
