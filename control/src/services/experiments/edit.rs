//! Changes of an experiment, its variants or its allocations: beginning and committing them.

use edgewise_api::{
    ApiError, Revisioned,
    conditional::Precondition,
    resources::{ExperimentRow, Status},
};
use edgewise_caller::Principal;

use crate::services::{
    change::{Outcome, begin_change},
    context::Services,
    error::{Result, or_not_found},
};
use crate::store::{Change, Tx};

impl Services {
    /// Begins a change of an experiment, its variants or its allocations. Returns the experiment as it is after all earlier
    /// changes.
    pub(super) async fn begin_experiment_change(
        &self,
        principal: &Principal,
        id: &str,
        precondition: &Precondition,
    ) -> Result<(Tx, Change, ExperimentRow)> {
        let mut tx = self.write(principal).await?;
        let environment_id =
            or_not_found(tx.experiment_row(id).await?, "experiment", id)?.value.environment_id;
        let change = begin_change(&mut tx, &environment_id).await?;
        let experiment = or_not_found(tx.experiment_row(id).await?, "experiment", id)?;
        precondition.check(experiment.revision)?;
        Ok((tx, change, experiment.value))
    }

    /// Commits a change of an experiment's variants or allocations: raises the revision of the experiment, and publishes the
    /// change if the experiment is running. `event` is for the log, as for [`Services::commit_change`].
    pub(super) async fn commit_experiment_change<T>(
        &self,
        (mut tx, change, experiment): (Tx, Change, ExperimentRow),
        value: T,
        event: (&Principal, &'static str, &str),
    ) -> Result<Outcome<Revisioned<T>>> {
        let revision = tx.raise_experiment_revision(&experiment.id).await?;
        let running = experiment.status == Status::Running;
        let publication = self.commit_change(tx, &experiment.environment_id, change, running, event).await?;
        Ok(Outcome { value: Revisioned { revision, value }, publication })
    }
}

pub(super) async fn check_audience(tx: &mut Tx, audience_id: &str, environment_id: &str) -> Result<()> {
    let audience = or_not_found(tx.audience(audience_id).await?, "audience", audience_id)?;
    if audience.value.environment_id != environment_id {
        return Err(ApiError::unprocessable(format!(
            "the audience `{audience_id}` belongs to another environment: choose an audience of the experiment's environment"
        )));
    }
    Ok(())
}
