//! Changing and deleting experiments.

use edgewise_api::{
    ApiError, Revisioned,
    conditional::Precondition,
    resources::{Experiment, ExperimentPatch, ExperimentWithEnvironment, Status, StatusPatch},
};
use edgewise_caller::Actor;

use super::edit::check_audience;
use crate::services::{
    change::Changed,
    context::Services,
    error::{Result, found},
    rules::rules_json,
};

impl Services {
    /// Changes an experiment. Published if it runs and its audience or rules were sent.
    ///
    /// # Errors
    /// 404 if there is none or no such audience, 412 if the precondition does not hold, 422 for an audience of
    /// another environment.
    pub async fn update_experiment(
        &self,
        actor: &Actor,
        id: &str,
        precondition: &Precondition,
        request: &ExperimentPatch,
    ) -> Result<Changed<Revisioned<Experiment>>> {
        let rules = request.targeting_rules.as_deref().map(rules_json).transpose()?;
        let (mut tx, change, experiment) = self.change_experiment(id, precondition).await?;
        if let Some(Some(audience_id)) = &request.audience_id {
            check_audience(&mut tx, audience_id, &experiment.environment_id).await?;
        }
        tx.update_experiment(id, request, rules.as_deref(), self.clock.now_ms()).await?;
        let publish = experiment.status == Status::Running && request.changes_targeting();
        let value = found(tx.experiment(id).await?, "experiment", id)?;
        let what = (actor, "experiment changed", id);
        let publication = self.finish(tx, &experiment.environment_id, change, publish, what).await?;
        Ok(Changed { value, publication })
    }

    /// Changes an experiment's status. Always published.
    ///
    /// # Errors
    /// 404 if there is none, 412 if the precondition does not hold, 422 for a step that its status does not
    /// allow.
    pub async fn update_status(
        &self,
        actor: &Actor,
        id: &str,
        precondition: &Precondition,
        request: StatusPatch,
    ) -> Result<Changed<Revisioned<Experiment>>> {
        let (mut tx, change, experiment) = self.change_experiment(id, precondition).await?;
        let (from, to) = (experiment.status, request.status);
        if !from.may_become(to) {
            return Err(ApiError::unprocessable(format!("an experiment that is {from} cannot become {to}")));
        }
        tx.update_status(id, to, self.clock.now_ms()).await?;
        let value = found(tx.experiment(id).await?, "experiment", id)?;
        let what = (actor, "experiment status changed", id);
        let publication = self.finish(tx, &experiment.environment_id, change, true, what).await?;
        Ok(Changed { value, publication })
    }

    /// Deletes an experiment and all that belongs to it. Always published.
    ///
    /// # Errors
    /// 404 if there is none, 412 if the precondition does not hold.
    pub async fn delete_experiment(
        &self,
        actor: &Actor,
        id: &str,
        precondition: &Precondition,
    ) -> Result<Changed<ExperimentWithEnvironment>> {
        let (mut tx, change, row) = self.change_experiment(id, precondition).await?;
        let environment =
            found(tx.environment(&row.environment_id).await?, "environment", &row.environment_id)?;
        tx.delete_experiment(id).await?;
        let what = (actor, "experiment deleted", id);
        let publication = self.finish(tx, &row.environment_id, change, true, what).await?;
        Ok(Changed { value: ExperimentWithEnvironment { row, environment: environment.value }, publication })
    }
}
