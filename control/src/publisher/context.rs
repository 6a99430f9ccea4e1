//! The publisher and its dependencies, and waiting for a change to be published.

use std::{fmt, sync::Arc, time::Duration};

use edgewise_api::{EnvironmentName, Publication};
use edgewise_engine::Ruleset;
use tokio::{
    sync::{Notify, Semaphore, watch},
    time::timeout,
};

use super::{progress::Progresses, snapshot::CompiledRulesets};
use crate::{live::Live, store::Store};
use edgewise_caller::{Clock, IdSource};
use edgewise_objects::ObjectStore;

/// Called with an environment and its new ruleset, once the ruleset is written and before the version is announced.
pub type OnPublished = Arc<dyn Fn(&EnvironmentName, Ruleset) + Send + Sync>;

/// What follows the versions that this process publishes.
pub(crate) struct Followers {
    pub(crate) on_published: OnPublished,
    /// Announces a version once the database says that it is live, because subscribers then read the database.
    pub(crate) live: Arc<Live>,
}

/// The maximum number of environments that are published at the same time: a thousand that become due together would open
/// too many connections to the snapshot store, and wait too long for the database.
const CONCURRENT_ENVIRONMENTS: usize = 16;

/// Publishes the environments of one database.
pub(crate) struct Publisher {
    pub(super) store: Store,
    pub(super) objects: Arc<dyn ObjectStore>,
    pub(super) clock: Arc<dyn Clock>,
    /// The name of this process in leases.
    pub(super) owner: String,
    pub(super) followers: Followers,
    /// How long a request waits for its change to be live.
    wait: Duration,
    /// How often the database is polled without a notification.
    pub(super) poll_interval: Duration,
    pub(super) wake: Notify,
    pub(super) stopping: watch::Sender<bool>,
    /// Limits the environments that are published at the same time.
    pub(super) publishing: Semaphore,
    pub(super) progress: Progresses,
    pub(super) compiled: CompiledRulesets,
}

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").field("owner", &self.owner).finish_non_exhaustive()
    }
}

impl Publisher {
    /// Creates a publisher from `store` to `objects`. [`Publisher::run`] starts it.
    pub(crate) fn new(
        store: Store,
        objects: Arc<dyn ObjectStore>,
        clock: Arc<dyn Clock>,
        ids: &dyn IdSource,
        followers: Followers,
        wait: Duration,
        poll_interval: Duration,
    ) -> Self {
        Self {
            store,
            objects,
            clock,
            owner: ids.new_id(),
            followers,
            wait,
            poll_interval,
            wake: Notify::new(),
            stopping: watch::Sender::new(false),
            publishing: Semaphore::new(CONCURRENT_ENVIRONMENTS),
            progress: Progresses::default(),
            compiled: CompiledRulesets::default(),
        }
    }

    /// Returns the problem that prevents publishing an environment, if this process has met one.
    pub(crate) fn problem(&self, environment_id: &str) -> Option<String> {
        self.progress.problem(environment_id)
    }

    /// Waits until a committed change is live. Returns at once if the snapshot store refuses the change for a reason that
    /// somebody must repair.
    pub(crate) async fn publish(&self, environment_id: &str, change: i64) -> Publication {
        let blocked = self.progress.begin_request(environment_id);
        self.wake.notify_one();
        let outcome = self.progress.wait_for(environment_id, change, blocked);
        match timeout(self.wait, outcome).await {
            Ok(publication) => publication,
            Err(_) => Publication::Failed(self.progress.reason(environment_id)),
        }
    }

    /// Makes [`Publisher::run`] return once its current work has ended.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }
}
