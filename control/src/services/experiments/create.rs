//! Creating experiments.

use edgewise_api::{
    ApiError, Revisioned, limits,
    resources::{Experiment, ExperimentCreate},
};
use edgewise_caller::Principal;

use super::edit::check_audience;
use crate::services::{
    error::{Result, or_conflict, or_not_found},
    rules::rules_json,
    work::{Change, Publishing, Services, Subject, UnitOfWork},
};

impl Services {
    /// Creates an experiment: a draft with a salt of its own.
    ///
    /// # Errors
    /// 404 for an unknown environment or audience, 409 if the key is in use, 422 for an audience of another environment and
    /// for too many experiments.
    pub async fn create_experiment(
        &self,
        principal: &Principal,
        request: &ExperimentCreate,
    ) -> Result<Revisioned<Experiment>> {
        let (unit, experiment) = self.begin_create(principal, request).await?;
        let row = &experiment.value.row;
        self.commit(unit, Change::created(row, row)?, Publishing::NotDue).await?;
        Ok(experiment)
    }

    /// Checks whether an experiment could be created, without creating it.
    ///
    /// # Errors
    /// Those of [`Services::create_experiment`].
    pub async fn check_experiment(&self, principal: &Principal, request: &ExperimentCreate) -> Result<()> {
        // Dropping the unit of work rolls it back.
        self.begin_create(principal, request).await.map(drop)
    }

    async fn begin_create<'a>(
        &self,
        principal: &'a Principal,
        request: &ExperimentCreate,
    ) -> Result<(UnitOfWork<'a>, Revisioned<Experiment>)> {
        let (id, salt, now) = (self.ids.new_id(), self.ids.new_id(), self.clock.now_ms());
        let environment_id = &request.environment_id;
        let rules = request.targeting_rules.as_deref().map(rules_json).transpose()?;
        let mut unit = self.begin(principal, Subject::Environment(environment_id)).await?;
        let tx = unit.tx();
        if let Some(audience_id) = &request.audience_id {
            check_audience(tx, audience_id, environment_id).await?;
        }
        if tx.count_experiments(environment_id).await? >= limits::EXPERIMENTS {
            let most = limits::EXPERIMENTS;
            return Err(ApiError::unprocessable(format!(
                "the environment already has {most} experiments, the maximum: delete an experiment first"
            )));
        }
        or_conflict(tx.insert_experiment(&id, &salt, request, rules.as_deref(), now).await, || {
            format!("the environment has an experiment `{}` already", request.key)
        })?;
        let experiment = or_not_found(tx.experiment(&id).await?, "experiment", &id)?;
        Ok((unit, experiment))
    }
}
