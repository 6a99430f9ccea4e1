//! A change of an experiment, or of what belongs to it: beginning one, and ending it.

use edgewise_api::{
    ApiError, Revisioned,
    conditional::Precondition,
    resources::{ExperimentRow, Status},
};
use edgewise_caller::Actor;

use crate::services::{
    change::{Changed, begin_change},
    context::Services,
    error::{Result, found},
};
use crate::store::{Change, Tx};

impl Services {
    /// Begins a change to an experiment or to what belongs to it: the experiment as it is once all changes
    /// before this one are over.
    pub(super) async fn change_experiment(
        &self,
        id: &str,
        precondition: &Precondition,
    ) -> Result<(Tx, Change, ExperimentRow)> {
        let mut tx = self.store.write().await?;
        let environment_id = found(tx.experiment_row(id).await?, "experiment", id)?.value.environment_id;
        let change = begin_change(&mut tx, &environment_id).await?;
        let experiment = found(tx.experiment_row(id).await?, "experiment", id)?;
        precondition.check(experiment.revision)?;
        Ok((tx, change, experiment.value))
    }

    /// Ends a change to what belongs to an experiment: raises the experiment's revision, and publishes if it
    /// runs.
    pub(super) async fn finish_below<T>(
        &self,
        (mut tx, change, experiment): (Tx, Change, ExperimentRow),
        value: T,
        what: (&Actor, &'static str, &str),
    ) -> Result<Changed<Revisioned<T>>> {
        let revision = tx.touch_experiment(&experiment.id).await?;
        let running = experiment.status == Status::Running;
        let publication = self.finish(tx, &experiment.environment_id, change, running, what).await?;
        Ok(Changed { value: Revisioned { revision, value }, publication })
    }
}

pub(super) async fn check_audience(tx: &mut Tx, audience_id: &str, environment_id: &str) -> Result<()> {
    let audience = found(tx.audience(audience_id).await?, "audience", audience_id)?;
    if audience.value.environment_id != environment_id {
        return Err(ApiError::unprocessable(format!(
            "the audience `{audience_id}` belongs to another environment"
        )));
    }
    Ok(())
}
