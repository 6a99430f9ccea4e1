//! The publishing progress of each environment.

use std::collections::HashMap;

use tokio::sync::watch;

use edgewise_api::Publication;

/// The reason why a change before a rollback is not live.
const HELD_BACK: &str =
    "a rollback replaced this change: the change is saved, and goes live once publishing is resumed";

/// The progress of all environments, for the requests that wait.
#[derive(Debug, Default)]
pub(super) struct Progresses(watch::Sender<HashMap<String, Progress>>);

#[derive(Debug, Default)]
struct Progress {
    /// The number of the last change whose content is live.
    published: i64,
    /// For a rollback: the last change that the restored content includes, and the change of the rollback. The changes between
    /// them are saved, but not live.
    held_back: Option<(i64, i64)>,
    /// The number of changes for which the content could not be compiled, and the error.
    rejected: Option<(i64, String)>,
    /// The last problem since the last successful publish.
    problem: Option<String>,
    /// The number of attempts that failed because of a problem that waiting does not mend.
    blocked: u64,
    /// The number of requests that have waited for a change.
    requests: u64,
    /// Whether a call of the snapshot store is in progress.
    in_store_call: bool,
}

/// A guard for a call of the snapshot store, which is in progress until the guard is dropped.
#[derive(Debug)]
pub(super) struct StoreCall<'a> {
    all: &'a Progresses,
    environment_id: &'a str,
}

impl Drop for StoreCall<'_> {
    fn drop(&mut self) {
        self.all.set_in_store_call(self.environment_id, false);
    }
}

impl Progress {
    fn outcome(&self, change: i64) -> Option<Publication> {
        if self.published >= change {
            let is_held_back =
                self.held_back.is_some_and(|(included, rollback)| included < change && change < rollback);
            return Some(if is_held_back {
                Publication::Failed(HELD_BACK.to_owned())
            } else {
                Publication::Published
            });
        }
        let (_, problem) = self.rejected.as_ref().filter(|(changes, _)| *changes >= change)?;
        Some(Publication::Failed(problem.clone()))
    }
}

impl Progresses {
    fn update(&self, environment_id: &str, update: impl FnOnce(&mut Progress)) {
        self.0.send_modify(|all| update(all.entry(environment_id.to_owned()).or_default()));
    }

    /// Records that all changes up to `change` are live, except those between the two of `held_back`.
    pub(super) fn record_published(&self, environment_id: &str, change: i64, held_back: Option<(i64, i64)>) {
        self.update(environment_id, |progress| {
            if progress.published < change {
                *progress = Progress {
                    published: change,
                    held_back,
                    in_store_call: progress.in_store_call,
                    blocked: progress.blocked,
                    requests: progress.requests,
                    ..Progress::default()
                };
            }
        });
    }

    /// Records that an attempt failed.
    pub(super) fn record_problem(&self, environment_id: &str, problem: String, waiting_helps: bool) {
        self.update(environment_id, |progress| {
            progress.problem = Some(problem);
            progress.blocked += u64::from(!waiting_helps);
        });
    }

    /// Marks a call of the snapshot store for an environment as in progress, until the guard is dropped.
    pub(super) fn store_call<'a>(&'a self, environment_id: &'a str) -> StoreCall<'a> {
        self.set_in_store_call(environment_id, true);
        StoreCall { all: self, environment_id }
    }

    fn set_in_store_call(&self, environment_id: &str, in_store_call: bool) {
        self.0.send_if_modified(|all| {
            all.entry(environment_id.to_owned()).or_default().in_store_call = in_store_call;
            // No waiting request depends on this.
            false
        });
    }

    /// Records that the content after `changes` changes cannot be published, so that publishing is not retried.
    pub(super) fn record_rejection(&self, environment_id: &str, changes: i64, problem: String) {
        self.update(environment_id, |progress| progress.rejected = Some((changes, problem)));
    }

    /// Returns whether the content after `changes` changes is rejected.
    pub(super) fn is_rejected(&self, environment_id: &str, changes: i64) -> bool {
        let all = self.0.borrow();
        let rejected = all.get(environment_id).and_then(|progress| progress.rejected.as_ref());
        rejected.is_some_and(|(rejected, _)| *rejected == changes)
    }

    /// Begins the wait of a request, which ends the pauses of [`Progresses::request_after`]. Returns the number of blocked
    /// attempts so far, for [`Progresses::wait_for`].
    pub(super) fn begin_request(&self, environment_id: &str) -> u64 {
        let mut blocked = 0;
        self.update(environment_id, |progress| {
            progress.requests += 1;
            blocked = progress.blocked;
        });
        blocked
    }

    /// Returns the number of requests so far.
    pub(super) fn requests(&self, environment_id: &str) -> u64 {
        self.0.borrow().get(environment_id).map_or(0, |progress| progress.requests)
    }

    /// Waits for a request after the first `requests` ones.
    pub(super) async fn request_after(&self, environment_id: &str, requests: u64) {
        let is_later = |all: &HashMap<String, Progress>| {
            all.get(environment_id).is_some_and(|progress| progress.requests > requests)
        };
        // The sender lives as long as `self`.
        drop(self.0.subscribe().wait_for(is_later).await);
    }

    /// Waits until a change is live or has finally failed, or until more than `blocked` attempts have failed because of a problem
    /// that waiting does not mend.
    pub(super) async fn wait_for(&self, environment_id: &str, change: i64, blocked: u64) -> Publication {
        let mut all = self.0.subscribe();
        let outcome = |all: &HashMap<String, Progress>| {
            let progress = all.get(environment_id)?;
            let is_blocked = progress.blocked > blocked;
            let blocked = || progress.problem.clone().filter(|_| is_blocked).map(Publication::Failed);
            progress.outcome(change).or_else(blocked)
        };
        match all.wait_for(|all| outcome(all).is_some()).await {
            Ok(all) => {
                outcome(&all).unwrap_or_else(|| Publication::Failed("the outcome is not known".to_owned()))
            }
            Err(_) => Publication::Failed("the publisher has stopped".to_owned()),
        }
    }

    /// Returns the problem that prevents publishing, if there is one since the last successful publish.
    pub(super) fn problem(&self, environment_id: &str) -> Option<String> {
        let all = self.0.borrow();
        let progress = all.get(environment_id)?;
        progress.rejected.as_ref().map(|(_, problem)| problem.clone()).or_else(|| progress.problem.clone())
    }

    /// Returns the reason why a change is not live yet: the last problem, or the current delay.
    pub(super) fn reason(&self, environment_id: &str) -> String {
        let all = self.0.borrow();
        let progress = all.get(environment_id);
        let delay = match progress {
            Some(Progress { in_store_call: true, .. }) => "the snapshot store does not respond",
            _ => "publishing takes longer than expected",
        };
        progress.and_then(|progress| progress.problem.clone()).unwrap_or_else(|| delay.to_owned())
    }
}
