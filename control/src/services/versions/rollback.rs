//! Going back to an older version, and going on from there.

use edgewise_api::{
    ApiError,
    resources::{PublicationStatus, VersionState},
};
use edgewise_caller::Actor;

use super::lookup::{state, version};
use crate::services::{
    change::{Changed, begin_change},
    context::Services,
    error::Result,
};
use crate::store::Version;

impl Services {
    /// Makes the content of an older version live again, under a new number, and keeps later changes unpublished until
    /// [`Services::resume`].
    ///
    /// # Errors
    /// 404 if there is no such environment or version, 409 if the version was never live, 503 if the snapshot store
    /// does not answer.
    pub async fn rollback(
        &self,
        actor: &Actor,
        environment_id: &str,
        number: &str,
    ) -> Result<Changed<PublicationStatus>> {
        let (name, _) = {
            let mut tx = self.store.read().await?;
            let state = state(&mut tx, environment_id).await?;
            once_live(version(&mut tx, environment_id, number).await?)?;
            state
        };
        let shown = self.publisher.shown(environment_id, &name).await?;

        let mut tx = self.store.write().await?;
        let change = begin_change(&mut tx, environment_id).await?;
        let old = once_live(version(&mut tx, environment_id, number).await?)?;
        tx.hold(environment_id, Some(self.clock.now_ms())).await?;
        let by = (change.number, actor.name());
        self.publisher.restore(&mut tx, environment_id, old, shown, by).await?;
        tx.commit().await?;
        tracing::info!(%actor, id = environment_id, version = number, "rolled back");
        let publication = self.publisher.publish(environment_id, change.number).await;
        Ok(Changed { value: self.publication(environment_id).await?, publication })
    }

    /// Publishes changes again, with those that were kept since a rollback.
    ///
    /// # Errors
    /// 404 if there is no such environment, 409 if nothing is held back.
    pub async fn resume(&self, actor: &Actor, environment_id: &str) -> Result<Changed<PublicationStatus>> {
        let mut tx = self.store.write().await?;
        let change = begin_change(&mut tx, environment_id).await?;
        if !change.held {
            return Err(ApiError::conflict("the environment is not held: its changes are published already"));
        }
        tx.hold(environment_id, None).await?;
        tx.mark_due(environment_id, change, actor.name()).await?;
        tx.commit().await?;
        tracing::info!(%actor, id = environment_id, "publishing resumed");
        let publication = self.publisher.publish(environment_id, change.number).await;
        Ok(Changed { value: self.publication(environment_id).await?, publication })
    }
}

/// The version, if it was live.
fn once_live(version: Version) -> Result<Version> {
    if version.state == VersionState::Published {
        Ok(version)
    } else {
        let number = version.number;
        Err(ApiError::conflict(format!("version {number} was never live: choose one that was")))
    }
}
