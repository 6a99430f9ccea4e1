//! Changes of an environment: beginning one, and ending it.

use edgewise_api::Publication;
use edgewise_caller::Actor;

use super::{
    context::Services,
    error::{Result, missing},
};
use crate::store::{Change, Tx};

/// A change that was made, and what became of publishing it.
#[derive(Clone, Debug)]
pub struct Changed<T> {
    /// What the client gets to see.
    pub value: T,
    /// Whether the change is live.
    pub publication: Publication,
}

impl Services {
    /// Ends a change: commits it, and waits until it is published if `publish` says so and the environment
    /// is not held. `what` names the change for the log.
    pub(super) async fn finish(
        &self,
        mut tx: Tx,
        environment_id: &str,
        change: Change,
        publish: bool,
        (actor, what, id): (&Actor, &'static str, &str),
    ) -> Result<Publication> {
        if publish {
            // What is held back now is due when that ends.
            tx.mark_due(environment_id, change, actor.name()).await?;
        }
        tx.commit().await?;
        tracing::info!(%actor, id, "{what}");
        if publish && !change.held {
            Ok(self.publisher.publish(environment_id, change.number).await)
        } else {
            Ok(Publication::NotDue)
        }
    }
}

/// Begins a change of an environment.
pub(super) async fn begin_change(tx: &mut Tx, environment_id: &str) -> Result<Change> {
    tx.begin_change(environment_id).await?.ok_or_else(|| missing("environment", environment_id))
}
