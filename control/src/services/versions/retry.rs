//! Publishing again what is not live yet.

use edgewise_api::{Publication, resources::PublicationStatus};
use edgewise_caller::Principal;

use super::{error::Result, lookup::publish_state};
use crate::services::work::{Outcome, Services};

impl Services {
    /// Makes the publisher try again now to publish the changes of an environment, and waits for the outcome. Nothing is
    /// changed: while publishing is on hold, only a version that is already recorded is published.
    ///
    /// # Errors
    /// 404 if there is no such environment.
    pub async fn retry_publishing(
        &self,
        principal: &Principal,
        environment_id: &str,
    ) -> Result<Outcome<PublicationStatus>> {
        let (state, pending) = {
            let mut tx = self.read(principal).await?;
            let (_, state) = publish_state(&mut tx, environment_id).await?;
            let pending = if state.held_at.is_some() { tx.pending(environment_id).await? } else { None };
            (state, pending)
        };
        let awaited = match pending {
            Some(rollback) => Some(rollback.changes),
            None if state.held_at.is_some() => None,
            None => Some(state.due).filter(|due| *due > state.published),
        };
        let publication = match awaited {
            Some(change) => self.publisher.publish(environment_id, change).await,
            None => Publication::NotDue,
        };
        Ok(Outcome { value: self.publication(principal, environment_id).await?, publication })
    }
}
