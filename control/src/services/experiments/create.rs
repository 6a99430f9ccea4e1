//! Creating experiments.

use edgewise_api::{
    ApiError, Revisioned, limits,
    resources::{Experiment, ExperimentCreate},
};
use edgewise_caller::Principal;

use super::edit::check_audience;
use crate::services::{
    change::begin_change,
    context::Services,
    error::{Result, or_conflict, or_not_found},
    rules::rules_json,
};
use crate::store::{Change, Tx};

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
        let (tx, change, experiment) = self.begin_create(principal, request).await?;
        let (environment_id, id) = (&request.environment_id, experiment.value.row.id.clone());
        self.commit_change(tx, environment_id, change, false, (principal, "experiment created", &id)).await?;
        Ok(experiment)
    }

    /// Checks whether an experiment could be created, without creating it.
    ///
    /// # Errors
    /// Those of [`Services::create_experiment`].
    pub async fn check_experiment(&self, principal: &Principal, request: &ExperimentCreate) -> Result<()> {
        // Dropping the transaction rolls the transaction back.
        self.begin_create(principal, request).await.map(drop)
    }

    async fn begin_create(
        &self,
        principal: &Principal,
        request: &ExperimentCreate,
    ) -> Result<(Tx, Change, Revisioned<Experiment>)> {
        let (id, salt, now) = (self.ids.new_id(), self.ids.new_id(), self.clock.now_ms());
        let environment_id = &request.environment_id;
        let rules = request.targeting_rules.as_deref().map(rules_json).transpose()?;
        let mut tx = self.write(principal).await?;
        let change = begin_change(&mut tx, environment_id).await?;
        if let Some(audience_id) = &request.audience_id {
            check_audience(&mut tx, audience_id, environment_id).await?;
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
        Ok((tx, change, experiment))
    }
}
