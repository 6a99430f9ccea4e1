//! Creating experiments.

use edgewise_api::{
    Revisioned, limits,
    resources::{Experiment, ExperimentCreate},
};
use edgewise_caller::Principal;

use super::{
    edit::check_audience,
    error::{ExperimentError, Result},
};
use crate::services::{
    error::{or_conflict, or_not_found},
    rules::rules_json,
    work::{Change, Publishing, Services, Subject},
};
use crate::store::Tx;

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
        let (id, salt, now) = (self.ids.new_id(), self.ids.new_id(), self.clock.now_ms());
        let rules = request.targeting_rules.as_deref().map(rules_json).transpose()?;
        let mut unit = self.begin(principal, Subject::Environment(&request.environment_id)).await?;
        let tx = unit.tx();
        check(tx, request).await?;
        let inserted = tx.insert_experiment(&id, &salt, request, rules.as_deref(), now).await;
        or_conflict(inserted, || ExperimentError::KeyInUse { key: request.key.clone() })?;
        let experiment = or_not_found(tx.experiment(&id).await?, "experiment", &id)?;
        let row = &experiment.value.row;
        self.commit(unit, Change::created(row, row)?, Publishing::NotDue).await?;
        Ok(experiment)
    }

    /// Checks whether an experiment could be created now. Nothing is written.
    ///
    /// # Errors
    /// Those of [`Services::create_experiment`].
    pub async fn check_experiment(&self, principal: &Principal, request: &ExperimentCreate) -> Result<()> {
        let environment_id = &request.environment_id;
        let mut tx = self.read(principal).await?;
        or_not_found(tx.environment(environment_id).await?, "environment", environment_id)?;
        check(&mut tx, request).await?;
        if tx.has_experiment(environment_id, &request.key).await? {
            return Err(ExperimentError::KeyInUse { key: request.key.clone() });
        }
        Ok(())
    }
}

/// Checks that the environment may have another experiment, and that the audience is one of the environment.
async fn check(tx: &mut Tx, request: &ExperimentCreate) -> Result<()> {
    let environment_id = &request.environment_id;
    if let Some(audience_id) = &request.audience_id {
        check_audience(tx, audience_id, environment_id).await?;
    }
    if tx.count_experiments(environment_id).await? >= limits::EXPERIMENTS {
        return Err(ExperimentError::TooManyExperiments);
    }
    Ok(())
}
