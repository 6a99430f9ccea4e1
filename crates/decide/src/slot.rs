use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::{ArcSwapOption, Guard};
use edgewise_api::{EnvironmentName, loading::Held};
use edgewise_engine::Ruleset;
use tokio::time::Instant;

/// The state of one environment.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) environment: EnvironmentName,
    ruleset: ArcSwapOption<Ruleset>,
    /// The polling round of the last request for the environment.
    last_used: AtomicU64,
    state: Mutex<State>,
    /// The highest version that the slot was notified of.
    notified: AtomicU64,
    /// Whether there is a [`CatchingUp`] of this slot.
    catching_up: AtomicBool,
    /// The lock of a poll. All requests that wait for the environment wait for the same poll.
    pub(crate) polling: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Held>,
    problem: Option<String>,
    polled: Option<Instant>,
}

impl Slot {
    pub(crate) fn new(environment: EnvironmentName) -> Self {
        Self {
            environment,
            ruleset: ArcSwapOption::empty(),
            last_used: AtomicU64::new(0),
            state: Mutex::default(),
            notified: AtomicU64::new(0),
            catching_up: AtomicBool::new(false),
            polling: tokio::sync::Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the loaded ruleset, if any.
    pub(crate) fn ruleset(&self) -> Guard<Option<Arc<Ruleset>>> {
        self.ruleset.load()
    }

    pub(crate) fn version(&self) -> Option<u64> {
        self.ruleset.load().as_ref().map(|ruleset| ruleset.version())
    }

    pub(crate) fn held(&self) -> Option<Held> {
        self.state().held
    }

    pub(crate) fn problem(&self) -> Option<String> {
        self.state().problem.clone()
    }

    /// Returns whether the last poll failed.
    pub(crate) fn has_problem(&self) -> bool {
        self.state().problem.is_some()
    }

    /// Records a notification of a version. Returns the right to load the version, if the version is newer than the loaded
    /// version, and no other task has this right.
    pub(crate) fn notify(self: &Arc<Self>, version: u64) -> Option<CatchingUp> {
        self.notified.fetch_max(version, Ordering::SeqCst);
        let is_behind = self.version().unwrap_or_default() < self.notified_version();
        let is_first = is_behind && !self.catching_up.swap(true, Ordering::SeqCst);
        is_first.then(|| CatchingUp(self.clone()))
    }

    /// Returns the highest version that the slot was notified of; 0 without a notification.
    pub(crate) fn notified_version(&self) -> u64 {
        self.notified.load(Ordering::SeqCst)
    }

    /// Records a request for the environment in a polling round.
    pub(crate) fn touch(&self, round: u64) {
        // Without the check, every request would write to a cache line that all processors share.
        if self.last_used.load(Ordering::Relaxed) != round {
            self.last_used.store(round, Ordering::Relaxed);
        }
    }

    pub(crate) fn last_used(&self) -> u64 {
        self.last_used.load(Ordering::Relaxed)
    }

    pub(crate) fn polled_within(&self, interval: Duration) -> bool {
        self.state().polled.is_some_and(|polled| polled.elapsed() < interval)
    }

    /// Swaps a ruleset in, unless the loaded ruleset is newer, or the same.
    pub(crate) fn install(&self, ruleset: Arc<Ruleset>, held: Held) {
        let mut state = self.state();
        if state.held.is_some_and(|old| !held.replaces(&old)) {
            return;
        }
        let (version, experiments) = (ruleset.version(), ruleset.experiments());
        state.held = Some(held);
        self.ruleset.store(Some(ruleset));
        tracing::info!(environment = %self.environment, version, experiments, "loaded a snapshot");
    }

    /// Records the result of a poll. For a known environment, logs when a problem appears, changes or disappears.
    pub(crate) fn record_poll(&self, problem: Option<String>, known: bool) {
        let mut state = self.state();
        state.polled = Some(Instant::now());
        if state.problem == problem {
            return;
        }
        let (environment, live) = (&self.environment, state.held.map(|held| held.version));
        match &problem {
            _ if !known => {}
            Some(problem) => {
                tracing::warn!(%environment, error = problem, live, "the snapshot cannot be loaded")
            }
            None => tracing::info!(%environment, live, "the snapshot can be loaded again"),
        }
        state.problem = problem;
    }
}

/// The right to load the notified version of a slot, which at most one task has. Dropping the value returns the right, also
/// if the task panics or is aborted: otherwise no later notification could start a task. A version that could not be
/// loaded is loaded by a later poll.
#[derive(Debug)]
pub(crate) struct CatchingUp(Arc<Slot>);

impl CatchingUp {
    pub(crate) const fn slot(&self) -> &Arc<Slot> {
        &self.0
    }
}

impl Drop for CatchingUp {
    fn drop(&mut self) {
        self.0.catching_up.store(false, Ordering::SeqCst);
    }
}
