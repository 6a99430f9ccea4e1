//! Rollback to an older version, and resuming publishing after it.

use edgewise_api::resources::{PublicationStatus, VersionState};
use edgewise_caller::Principal;

use super::{
    error::{Result, VersionError},
    lookup::{publish_state, version_numbered},
};
use crate::services::work::{Action, Change, Outcome, Publishing, Services, Subject};
use crate::store::Version;

impl Services {
    /// Publishes the content of an older version again, under a new number, and holds the environment: later changes are
    /// saved, but not published until [`Services::resume`].
    ///
    /// # Errors
    /// 404 if there is no such environment or version, 409 if the version was never live, 503 if the snapshot store
    /// does not respond.
    pub async fn rollback(
        &self,
        principal: &Principal,
        environment_id: &str,
        number: &str,
    ) -> Result<Outcome<PublicationStatus>> {
        let (name, _) = {
            let mut tx = self.read(principal).await?;
            let state = publish_state(&mut tx, environment_id).await?;
            require_published(version_numbered(&mut tx, environment_id, number).await?)?;
            state
        };
        let in_store = self.publisher.highest_in_object_store(environment_id, &name).await?;

        let mut unit = self.begin(principal, Subject::Environment(environment_id)).await?;
        let old = require_published(version_numbered(unit.tx(), environment_id, number).await?)?;
        unit.hold(Some(self.clock.now_ms())).await?;
        let (change, by) = (unit.number(), unit.author().to_owned());
        self.publisher.restore(unit.tx(), environment_id, old, in_store, (change, &by)).await?;
        let change = Change::of(&unit.environment().await?, Action::RollBack);
        let publication = self.commit(unit, change, Publishing::Recorded).await?;
        Ok(Outcome { value: self.publication(principal, environment_id).await?, publication })
    }

    /// Resumes publishing of an environment, and publishes the changes since the rollback.
    ///
    /// # Errors
    /// 404 if there is no such environment, 409 if publishing of the environment is not on hold.
    pub async fn resume(
        &self,
        principal: &Principal,
        environment_id: &str,
    ) -> Result<Outcome<PublicationStatus>> {
        let mut unit = self.begin(principal, Subject::Environment(environment_id)).await?;
        if !unit.is_held() {
            return Err(VersionError::NotOnHold);
        }
        unit.hold(None).await?;
        let change = Change::of(&unit.environment().await?, Action::Resume);
        let publication = self.commit(unit, change, Publishing::Due).await?;
        Ok(Outcome { value: self.publication(principal, environment_id).await?, publication })
    }
}

/// Returns the version if it was live.
fn require_published(version: Version) -> Result<Version> {
    if version.state == VersionState::Published {
        Ok(version)
    } else {
        Err(VersionError::NeverLive { number: version.number })
    }
}
