//! Publishing on request.

use edgewise_api::{ApiError, Publication, conditional::Precondition};
use edgewise_caller::Principal;

use crate::services::{
    context::Services,
    error::{Result, not_found},
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
        let (tx, change, experiment) = self.begin_experiment_change(principal, id, precondition).await?;
        if change.held {
            return Err(ApiError::conflict(
                "publishing of the environment is on hold after a rollback: resume publishing first",
            ));
        }
        let environment_id = &experiment.environment_id;
        match self
            .commit_change(tx, environment_id, change, true, (principal, "publish requested", id))
            .await?
        {
            Publication::Failed(problem) => Err(ApiError::internal(format!(
                "change {} of the environment is saved, but not live: {problem}",
                change.number
            ))),
            Publication::Published | Publication::NotDue => {
                let newest = self.read(principal).await?.newest_published(environment_id).await?;
                newest.map(|version| version.snapshot).ok_or_else(|| not_found("published version of", id))
            }
        }
    }
}
