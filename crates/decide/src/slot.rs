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

/// What is held of one environment.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) environment: EnvironmentName,
    ruleset: ArcSwapOption<Ruleset>,
    /// The round of polling in which it was last asked for.
    used: AtomicU64,
    state: Mutex<State>,
    /// The highest version that was told of.
    told: AtomicU64,
    /// Whether somebody goes after what was told of.
    catching_up: AtomicBool,
    /// Held while somebody looks at the store on behalf of all who wait.
    pub(crate) looking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Held>,
    problem: Option<String>,
    looked: Option<Instant>,
}

impl Slot {
    pub(crate) fn new(environment: EnvironmentName) -> Self {
        Self {
            environment,
            ruleset: ArcSwapOption::empty(),
            used: AtomicU64::new(0),
            state: Mutex::default(),
            told: AtomicU64::new(0),
            catching_up: AtomicBool::new(false),
            looking: tokio::sync::Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What to decide from, if anything is loaded.
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

    /// Notes that there is a version, as somebody says. Whether the caller is to go after it, and to say so by
    /// [`Slot::caught_up`]: if it is news, and nobody is at it.
    pub(crate) fn is_told(&self, version: u64) -> bool {
        self.told.fetch_max(version, Ordering::SeqCst);
        let is_behind = self.version().unwrap_or_default() < self.highest_told();
        is_behind && !self.catching_up.swap(true, Ordering::SeqCst)
    }

    /// The highest version that was told of; 0 if none was.
    pub(crate) fn highest_told(&self) -> u64 {
        self.told.load(Ordering::SeqCst)
    }

    /// Ends going after what was told of. What cannot be had now is polled for.
    pub(crate) fn caught_up(&self) {
        self.catching_up.store(false, Ordering::SeqCst);
    }

    /// Notes that it was asked for in this round of polling.
    pub(crate) fn touch(&self, round: u64) {
        // Writing only what changes keeps processors from fighting over it.
        if self.used.load(Ordering::Relaxed) != round {
            self.used.store(round, Ordering::Relaxed);
        }
    }

    pub(crate) fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    pub(crate) fn looked_within(&self, interval: Duration) -> bool {
        self.state().looked.is_some_and(|looked| looked.elapsed() < interval)
    }

    /// Swaps a ruleset in, unless what is held is as new.
    pub(crate) fn install(&self, ruleset: Arc<Ruleset>, held: Held) {
        let mut state = self.state();
        if state.held.is_some_and(|now| (held.version, held.pointer) <= (now.version, now.pointer)) {
            return;
        }
        let (version, experiments) = (ruleset.version(), ruleset.experiments());
        state.held = Some(held);
        self.ruleset.store(Some(ruleset));
        tracing::info!(environment = %self.environment, version, experiments, "loaded");
    }

    /// Notes how a look ended, and, if the environment is known, logs a problem when it begins, changes and ends.
    pub(crate) fn looked(&self, problem: Option<String>, known: bool) {
        let mut state = self.state();
        state.looked = Some(Instant::now());
        if state.problem == problem {
            return;
        }
        let (environment, kept) = (&self.environment, state.held.map(|held| held.version));
        match &problem {
            _ if !known => {}
            Some(problem) => tracing::warn!(%environment, problem, kept, "the snapshot cannot be loaded"),
            None => tracing::info!(%environment, kept, "the snapshot can be loaded again"),
        }
        state.problem = problem;
    }
}
