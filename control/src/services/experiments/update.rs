//! Changing and deleting experiments.

use edgewise_api::{
    ApiError, Revisioned,
    conditional::Precondition,
    resources::{Experiment, ExperimentPatch, ExperimentWithEnvironment, Status, StatusPatch},
};
use edgewise_caller::Principal;

use super::edit::check_audience;
use crate::services::{
    change::Outcome,
    context::Services,
    error::{Result, or_not_found},
    rules::rules_json,
};

impl Services {
    /// Updates an experiment. The change is published if the experiment is running and the request has an audience or rules.
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
        let rules = request.targeting_rules.as_deref().map(rules_json).transpose()?;
        let (mut tx, change, experiment) = self.begin_experiment_change(principal, id, precondition).await?;
        if let Some(Some(audience_id)) = &request.audience_id {
            check_audience(&mut tx, audience_id, &experiment.environment_id).await?;
        }
        tx.update_experiment(id, request, rules.as_deref(), self.clock.now_ms()).await?;
        let publish = experiment.status == Status::Running && request.changes_targeting();
        let value = or_not_found(tx.experiment(id).await?, "experiment", id)?;
        let event = (principal, "experiment changed", id);
        let publication = self.commit_change(tx, &experiment.environment_id, change, publish, event).await?;
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
        let (mut tx, change, experiment) = self.begin_experiment_change(principal, id, precondition).await?;
        let (from, to) = (experiment.status, request.status);
        if !from.may_become(to) {
            return Err(ApiError::unprocessable(format!(
                "the status cannot change from `{from}` to `{to}`: DRAFT can change to RUNNING, RUNNING to PAUSED and back, \
                 and each of these to ARCHIVED"
            )));
        }
        tx.update_status(id, to, self.clock.now_ms()).await?;
        let value = or_not_found(tx.experiment(id).await?, "experiment", id)?;
        let event = (principal, "experiment status changed", id);
        let publication = self.commit_change(tx, &experiment.environment_id, change, true, event).await?;
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
        let (mut tx, change, row) = self.begin_experiment_change(principal, id, precondition).await?;
        let environment =
            or_not_found(tx.environment(&row.environment_id).await?, "environment", &row.environment_id)?;
        tx.delete_experiment(id).await?;
        let event = (principal, "experiment deleted", id);
        let publication = self.commit_change(tx, &row.environment_id, change, true, event).await?;
        Ok(Outcome { value: ExperimentWithEnvironment { row, environment: environment.value }, publication })
    }
}
