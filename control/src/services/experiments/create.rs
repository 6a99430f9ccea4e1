//! Creating experiments.

use edgewise_api::{
    ApiError, Revisioned, limits,
    resources::{Experiment, ExperimentCreate},
};
use edgewise_caller::Actor;

use super::edit::check_audience;
use crate::services::{
    change::begin_change,
    context::Services,
    error::{Result, found, or_conflict},
    rules::rules_json,
};
use crate::store::{Change, Tx};

impl Services {
    /// Makes an experiment, a draft with a salt of its own.
    ///
    /// # Errors
    /// 404 for an unknown environment or audience, 409 for a key that is taken, 422 for an audience of another
    /// environment and for too many experiments.
    pub async fn create_experiment(
        &self,
        actor: &Actor,
        request: &ExperimentCreate,
    ) -> Result<Revisioned<Experiment>> {
        let (tx, change, experiment) = self.begin_experiment(request).await?;
        let (environment_id, id) = (&request.environment_id, experiment.value.row.id.clone());
        self.finish(tx, environment_id, change, false, (actor, "experiment created", &id)).await?;
        Ok(experiment)
    }

    /// Says what would keep an experiment from being made, and makes none.
    ///
    /// # Errors
    /// Those of [`Services::create_experiment`].
    pub async fn check_experiment(&self, request: &ExperimentCreate) -> Result<()> {
        // What is begun and not ended did nothing.
        self.begin_experiment(request).await.map(drop)
    }

    async fn begin_experiment(
        &self,
        request: &ExperimentCreate,
    ) -> Result<(Tx, Change, Revisioned<Experiment>)> {
        let (id, salt, now) = (self.ids.new_id(), self.ids.new_id(), self.clock.now_ms());
        let environment_id = &request.environment_id;
        let rules = request.targeting_rules.as_deref().map(rules_json).transpose()?;
        let mut tx = self.store.write().await?;
        let change = begin_change(&mut tx, environment_id).await?;
        if let Some(audience_id) = &request.audience_id {
            check_audience(&mut tx, audience_id, environment_id).await?;
        }
        if tx.count_experiments(environment_id).await? >= limits::EXPERIMENTS {
            let most = limits::EXPERIMENTS;
            return Err(ApiError::unprocessable(format!(
                "the environment has {most} experiments already, the most there can be: delete some"
            )));
        }
        or_conflict(tx.insert_experiment(&id, &salt, request, rules.as_deref(), now).await, || {
            format!("the environment has an experiment `{}` already", request.key)
        })?;
        let experiment = found(tx.experiment(&id).await?, "experiment", &id)?;
        Ok((tx, change, experiment))
    }
}
