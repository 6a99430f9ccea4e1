//! Changes of an experiment, its variants or its allocations: beginning and committing them.

use edgewise_api::{
    Revisioned,
    conditional::Precondition,
    resources::{ExperimentRow, Status},
};
use edgewise_caller::Principal;

use super::error::{ExperimentError, Result};
use crate::services::{
    error::or_not_found,
    work::{Change, Outcome, Publishing, Services, Subject, UnitOfWork},
};
use crate::store::Tx;

impl Services {
    /// Begins a unit of work on an experiment, its variants or its allocations. Returns the experiment as it is after all
    /// earlier changes.
    pub(super) async fn begin_experiment<'a>(
        &self,
        principal: &'a Principal,
        id: &str,
        precondition: &Precondition,
    ) -> Result<(UnitOfWork<'a>, ExperimentRow)> {
        let mut unit = self.begin(principal, Subject::Experiment(id)).await?;
        let experiment = or_not_found(unit.tx().experiment_row(id).await?, "experiment", id)?;
        precondition.check(experiment.revision)?;
        Ok((unit, experiment.value))
    }

    /// Commits a change of an experiment's variants or allocations: raises the revision of the experiment, and publishes the
    /// change if the experiment is running.
    pub(super) async fn commit_parts<T>(
        &self,
        mut unit: UnitOfWork<'_>,
        experiment: &ExperimentRow,
        change: Change,
        value: T,
    ) -> Result<Outcome<Revisioned<T>>> {
        let revision = unit.tx().raise_experiment_revision(&experiment.id, self.clock.now_ms()).await?;
        let publishing = Publishing::due_if(experiment.status == Status::Running);
        let publication = self.commit(unit, change, publishing).await?;
        Ok(Outcome { value: Revisioned { revision, value }, publication })
    }
}

pub(super) async fn check_audience(tx: &mut Tx, audience_id: &str, environment_id: &str) -> Result<()> {
    let audience = or_not_found(tx.audience(audience_id).await?, "audience", audience_id)?;
    if audience.value.environment_id != environment_id {
        return Err(ExperimentError::ForeignAudience { audience_id: audience_id.to_owned() });
    }
    Ok(())
}
