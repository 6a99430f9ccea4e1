//! Publishing by hand.

use edgewise_api::{ApiError, Publication, conditional::Precondition};
use edgewise_caller::Actor;

use crate::services::{
    context::Services,
    error::{Result, missing},
};

impl Services {
    /// Publishes the experiment's environment, and answers the snapshot that is live then.
    ///
    /// # Errors
    /// 404 if there is none, 409 while the environment is held, 412 if the precondition does not hold, 500 if it
    /// cannot be published now.
    pub async fn publish(&self, actor: &Actor, id: &str, precondition: &Precondition) -> Result<String> {
        let (tx, change, experiment) = self.change_experiment(id, precondition).await?;
        if change.held {
            return Err(ApiError::conflict(
                "the environment is held at an old version: resume publishing first",
            ));
        }
        let environment_id = &experiment.environment_id;
        match self.finish(tx, environment_id, change, true, (actor, "publish asked for", id)).await? {
            Publication::Failed(problem) => Err(ApiError::internal(format!(
                "change {} of the environment is kept, but not live: {problem}",
                change.number
            ))),
            Publication::Published | Publication::NotDue => {
                let newest = self.store.read().await?.newest_published(environment_id).await?;
                newest.map(|version| version.snapshot).ok_or_else(|| missing("published version of", id))
            }
        }
    }
}
