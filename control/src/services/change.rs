//! Changes of an environment: beginning and committing them.

use edgewise_api::Publication;
use edgewise_caller::Principal;

use super::{
    context::Services,
    error::{Result, not_found},
};
use crate::store::{Change, Tx};

/// The outcome of a change that is saved.
#[derive(Clone, Debug)]
pub struct Outcome<T> {
    /// The value for the client.
    pub value: T,
    /// The outcome of publishing the change.
    pub publication: Publication,
}

impl Services {
    /// Commits a change. If `publish` is true and the environment is not held, the function waits until the change is
    /// published. `event` is the text for the log.
    pub(super) async fn commit_change(
        &self,
        mut tx: Tx,
        environment_id: &str,
        change: Change,
        publish: bool,
        (principal, event, id): (&Principal, &'static str, &str),
    ) -> Result<Publication> {
        if publish {
            // A change of a held environment is published once publishing resumes.
            tx.mark_due(environment_id, change, principal.who().name()).await?;
        }
        tx.commit().await?;
        tracing::info!(principal = %principal.who(), id, "{event}");
        if publish && !change.held {
            Ok(self.publisher.publish(environment_id, change.number).await)
        } else {
            Ok(Publication::NotDue)
        }
    }
}

/// Begins a change of an environment.
///
/// # Errors
/// 404 if there is no such environment.
pub(super) async fn begin_change(tx: &mut Tx, environment_id: &str) -> Result<Change> {
    tx.begin_change(environment_id).await?.ok_or_else(|| not_found("environment", environment_id))
}
