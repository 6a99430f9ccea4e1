//! Publishing on request.

use edgewise_api::{Publication, conditional::Precondition};
use edgewise_caller::Principal;

use super::error::{ExperimentError, Result};
use crate::services::{
    error::not_found,
    work::{Action, Change, Publishing, Services},
};

impl Services {
    /// Publishes the environment of an experiment, and returns the snapshot that is live afterwards.
    ///
    /// # Errors
    /// 404 if there is no such experiment, 409 while publishing of the environment is on hold, 412 if the precondition
    /// fails, 500 if the environment cannot be published now.
    pub async fn publish(
        &self,
        principal: &Principal,
        id: &str,
        precondition: &Precondition,
    ) -> Result<String> {
        let (mut unit, experiment) = self.begin_experiment(principal, id, precondition).await?;
        if unit.is_held() {
            return Err(ExperimentError::OnHold);
        }
        let number = unit.number();
        let change = Change::of(&unit.environment().await?, Action::Publish);
        match self.commit(unit, change, Publishing::Due).await? {
            Publication::Failed(problem) => Err(ExperimentError::NotLive { number, problem }),
            Publication::Published | Publication::NotDue | Publication::OnHold => {
                let newest = self.read(principal).await?.newest_published(&experiment.environment_id).await?;
                Ok(newest
                    .map(|version| version.snapshot)
                    .ok_or_else(|| not_found("published version of", id))?)
            }
        }
    }
}
