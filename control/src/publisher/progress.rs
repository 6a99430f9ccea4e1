//! How far each environment is published.

use std::collections::HashMap;

use tokio::sync::watch;

use edgewise_api::Publication;

/// Why a change is not live that a rollback went behind.
const HELD_BACK: &str = "a rollback took its place: it is kept, and live once publishing is resumed";

/// How far each environment is, for the requests that wait.
#[derive(Debug, Default)]
pub(super) struct Progresses(watch::Sender<HashMap<String, Progress>>);

#[derive(Debug, Default)]
struct Progress {
    /// The last change whose content is live.
    published: i64,
    /// Changes after the first and before the second of these are kept, but not live: a rollback went behind them.
    held_back: Option<(i64, i64)>,
    /// The changes at which the content could not be compiled, and why.
    rejected: Option<(i64, String)>,
    /// What went wrong last, since something was published.
    problem: Option<String>,
    /// Whether the snapshot store is asked something right now.
    asks: bool,
}

/// The snapshot store is asked something, until this is dropped.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    all: &'a Progresses,
    environment_id: &'a str,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.all.asks(self.environment_id, false);
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

    /// All changes up to `change` are live, but for those between the two of `held_back`.
    pub(super) fn published(&self, environment_id: &str, change: i64, held_back: Option<(i64, i64)>) {
        self.update(environment_id, |progress| {
            if progress.published < change {
                *progress =
                    Progress { published: change, held_back, asks: progress.asks, ..Progress::default() };
            }
        });
    }

    /// An attempt failed.
    pub(super) fn failed(&self, environment_id: &str, problem: String) {
        self.update(environment_id, |progress| progress.problem = Some(problem));
    }

    /// The snapshot store is asked something of an environment.
    pub(super) fn asking<'a>(&'a self, environment_id: &'a str) -> Asking<'a> {
        self.asks(environment_id, true);
        Asking { all: self, environment_id }
    }

    fn asks(&self, environment_id: &str, asks: bool) {
        self.0.send_if_modified(|all| {
            all.entry(environment_id.to_owned()).or_default().asks = asks;
            // It settles nothing that anybody waits for.
            false
        });
    }

    /// The content as of `changes` cannot be published, and is not tried again.
    pub(super) fn rejected(&self, environment_id: &str, changes: i64, problem: String) {
        self.update(environment_id, |progress| progress.rejected = Some((changes, problem)));
    }

    /// Whether the content as of `changes` has been rejected.
    pub(super) fn is_rejected(&self, environment_id: &str, changes: i64) -> bool {
        let all = self.0.borrow();
        let rejected = all.get(environment_id).and_then(|progress| progress.rejected.as_ref());
        rejected.is_some_and(|(rejected, _)| *rejected == changes)
    }

    /// Waits until a change is live, or never will be.
    pub(super) async fn settled(&self, environment_id: &str, change: i64) -> Publication {
        let mut all = self.0.subscribe();
        let outcome = |all: &HashMap<String, Progress>| all.get(environment_id)?.outcome(change);
        match all.wait_for(|all| outcome(all).is_some()).await {
            Ok(all) => outcome(&all).unwrap_or_else(|| Publication::Failed("it is not known".to_owned())),
            Err(_) => Publication::Failed("the publisher has stopped".to_owned()),
        }
    }

    /// What stands in the way, if something was met since something was published.
    pub(super) fn met(&self, environment_id: &str) -> Option<String> {
        let all = self.0.borrow();
        let progress = all.get(environment_id)?;
        progress.rejected.as_ref().map(|(_, problem)| problem.clone()).or_else(|| progress.problem.clone())
    }

    /// What went wrong last, or what it waits for.
    pub(super) fn problem(&self, environment_id: &str) -> String {
        let all = self.0.borrow();
        let progress = all.get(environment_id);
        let waits = match progress {
            Some(Progress { asks: true, .. }) => "the snapshot store does not answer",
            _ => "it takes longer than expected",
        };
        progress.and_then(|progress| progress.problem.clone()).unwrap_or_else(|| waits.to_owned())
    }
}
