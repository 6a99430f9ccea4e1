//! What can be done with configuration. Each service checks the request against the state of things, changes
//! the database in one transaction, and has the change published if it is to be.

mod audiences;
mod environments;
mod experiments;
mod failure;
pub mod imports;
mod summaries;
mod variants;
mod versions;

use std::sync::Arc;

use edgewise_api::{ApiError, EnvironmentName, Publication, publication::LiveVersions, resources::Rule};
use tokio::sync::watch;

use crate::{
    live::Live,
    publisher::Publisher,
    store::{self, Change, Store, StoreError, Tx},
};
use edgewise_api::Revisioned;
use edgewise_caller::Actor;
use edgewise_caller::{Clock, IdSource};
use edgewise_database::DatabaseError;

/// Shorthand of this module.
pub type Result<T> = std::result::Result<T, ApiError>;

/// The services of a control plane, and what they work with.
#[derive(Clone, Debug)]
pub struct Services {
    store: Store,
    publisher: Arc<Publisher>,
    live: Arc<Live>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

/// A change that was made, and what became of publishing it.
#[derive(Clone, Debug)]
pub struct Changed<T> {
    /// What the client gets to see.
    pub value: T,
    /// Whether the change is live.
    pub publication: Publication,
}

impl Services {
    /// Services on a database, publishing through `publisher`.
    pub fn new(
        store: Store,
        publisher: Arc<Publisher>,
        live: Arc<Live>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Self {
        Self { store, publisher, live, clock, ids }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// 503 if it does not.
    pub async fn ready(&self) -> Result<()> {
        Ok(self.store.ping().await?)
    }

    /// The versions that are live, as they change.
    #[must_use]
    pub fn every_live_version(&self) -> watch::Receiver<LiveVersions> {
        self.live.subscribe()
    }

    /// The same for somebody to whom one environment may be of interest.
    ///
    /// # Errors
    /// 404 if there is no such environment.
    pub async fn live_versions(
        &self,
        environment: Option<&EnvironmentName>,
    ) -> Result<watch::Receiver<LiveVersions>> {
        let versions = self.live.subscribe();
        if let Some(name) = environment
            && !versions.borrow().contains_key(name)
            && !self.store.read().await?.has_environment_named(name.as_str()).await?
        {
            return Err(missing("environment", name.as_str()));
        }
        Ok(versions)
    }

    /// Ends a change: commits it, and waits until it is published if `publish` says so and the environment
    /// is not held. `what` names the change for the log.
    async fn finish(
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
async fn begin_change(tx: &mut Tx, environment_id: &str) -> Result<Change> {
    tx.begin_change(environment_id).await?.ok_or_else(|| missing("environment", environment_id))
}

fn missing(what: &str, id: &str) -> ApiError {
    ApiError::not_found(format!("there is no {what} `{id}`"))
}

/// The value, or 404.
fn found<T>(value: Option<Revisioned<T>>, what: &str, id: &str) -> Result<Revisioned<T>> {
    value.ok_or_else(|| missing(what, id))
}

fn rules_json(rules: &[Rule]) -> Result<String> {
    serde_json::to_string(rules).map_err(|error| failure::internal(&error))
}

/// Turns a taken name into 409.
fn or_conflict<T>(result: store::Result<T>, conflict: impl FnOnce() -> String) -> Result<T> {
    result.map_err(|error| match error {
        StoreError(DatabaseError::Duplicate) => ApiError::conflict(conflict()),
        error => error.into(),
    })
}

fn count(total: i64) -> u64 {
    total.unsigned_abs()
}
