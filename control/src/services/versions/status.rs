//! The publication status of an environment.

use edgewise_api::resources::PublicationStatus;
use edgewise_caller::{Principal, iso8601};

use super::{error::Result, lookup::publish_state};
use crate::services::work::Services;
use crate::store::{LiveVersion, PublishState};

impl Services {
    /// Returns the publication status of an environment.
    ///
    /// # Errors
    /// 404 if there is no such environment.
    pub async fn publication(
        &self,
        principal: &Principal,
        environment_id: &str,
    ) -> Result<PublicationStatus> {
        let mut tx = self.read(principal).await?;
        let (_, state) = publish_state(&mut tx, environment_id).await?;
        let pending = tx.pending_number(environment_id).await?;
        let live = tx.live_version(environment_id).await?;
        Ok(self.status(environment_id, state, pending, live))
    }

    /// Returns the publication status of an environment from its rows.
    pub(in crate::services) fn status(
        &self,
        environment_id: &str,
        state: PublishState,
        pending: Option<i64>,
        live: Option<LiveVersion>,
    ) -> PublicationStatus {
        let included = live.map_or(0, |live| live.restored.unwrap_or(live.changes));
        let waits = pending.is_some() || state.due > state.published;
        PublicationStatus {
            unpublished: state.due > included,
            live_version: live.map(|live| live.number.unsigned_abs()),
            published_at: live.map(|live| iso8601(live.created_at)),
            pending_version: pending.map(i64::unsigned_abs),
            held_at: state.held_at.map(iso8601),
            error: if waits { self.publisher.problem(environment_id) } else { None },
        }
    }
}
