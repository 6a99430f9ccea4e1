//! The publisher, and the requests that wait for it.

use std::{fmt, sync::Arc, time::Duration};

use edgewise_api::{EnvironmentName, Publication};
use edgewise_engine::Ruleset;
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

use super::progress::Progresses;
use crate::store::Store;
use edgewise_caller::{Clock, IdSource};
use edgewise_objects::ObjectStore;

/// Called with an environment and its ruleset, once it is written and before anybody is told.
pub type OnPublished = Arc<dyn Fn(&EnvironmentName, Ruleset) + Send + Sync>;

/// Publishes the environments of one database.
pub(crate) struct Publisher {
    pub(super) store: Store,
    pub(super) objects: Arc<dyn ObjectStore>,
    pub(super) clock: Arc<dyn Clock>,
    /// Names this process in leases.
    pub(super) owner: String,
    pub(super) on_published: OnPublished,
    /// How long a request waits.
    wait: Duration,
    /// How often the database is looked at without having been woken.
    pub(super) look_every: Duration,
    pub(super) wake: Notify,
    pub(super) stopping: watch::Sender<bool>,
    pub(super) progress: Progresses,
}

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").field("owner", &self.owner).finish_non_exhaustive()
    }
}

impl Publisher {
    /// A publisher from `store` to `objects`. It does nothing until [`Publisher::run`] runs.
    pub(crate) fn new(
        store: Store,
        objects: Arc<dyn ObjectStore>,
        clock: Arc<dyn Clock>,
        ids: &dyn IdSource,
        on_published: OnPublished,
        wait: Duration,
        look_every: Duration,
    ) -> Self {
        Self {
            store,
            objects,
            clock,
            owner: ids.new_id(),
            on_published,
            wait,
            look_every,
            wake: Notify::new(),
            stopping: watch::Sender::new(false),
            progress: Progresses::default(),
        }
    }

    /// What stands in the way of publishing an environment, if this process met something.
    pub(crate) fn problem(&self, environment_id: &str) -> Option<String> {
        self.progress.met(environment_id)
    }

    /// Waits until a change, committed already, is live.
    pub(crate) async fn publish(&self, environment_id: &str, change: i64) -> Publication {
        self.wake.notify_one();
        let settled = self.progress.settled(environment_id, change);
        match timeout(self.wait, settled).await {
            Ok(publication) => publication,
            Err(_) => Publication::Failed(self.progress.problem(environment_id)),
        }
    }

    /// Has [`Publisher::run`] end once what is under way has ended.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }
}
