//! What the last responses of the store say about the store.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use edgewise_objects::Problem;
use tokio::time::Instant;

/// The state of a store, according to the responses to reading its objects.
///
/// The store is *usable* once it has responded, and until it refuses requests for a reason that somebody must repair, such as
/// wrong credentials. A store that merely does not respond any more stays usable: decisions continue from memory.
#[derive(Debug, Default)]
pub(crate) struct StoreState(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    responded: bool,
    /// The time of the last read.
    last_read: Option<Instant>,
    /// Whether the last read failed.
    fails: bool,
    /// The refusal that somebody must repair, with its code. A read without a response leaves it.
    refusal: Option<String>,
}

impl StoreState {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records the outcome of a read. Logs when refusals begin, change and end.
    pub(crate) fn record(&self, problem: Option<&Problem>) {
        let mut state = self.state();
        state.last_read = Some(Instant::now());
        state.fails = problem.is_some();
        match problem {
            None => {
                state.responded = true;
                if state.refusal.take().is_some() {
                    tracing::info!("the snapshot store accepts requests again");
                }
            }
            Some(problem) => {
                let Some(refusal) = problem.refusal().map(ToString::to_string) else { return };
                if state.refusal.as_ref() != Some(&refusal) {
                    tracing::error!(error = refusal, "the snapshot store refuses requests");
                    state.refusal = Some(refusal);
                }
            }
        }
    }

    /// Returns whether the store has responded, and does not refuse requests.
    pub(crate) fn is_usable(&self) -> bool {
        let state = self.state();
        state.responded && state.refusal.is_none()
    }

    /// Returns whether the state must be asked for: if the store has never responded, or no object was read for this time.
    pub(crate) fn is_older_than(&self, age: Duration) -> bool {
        let state = self.state();
        !state.responded || state.last_read.is_none_or(|read| read.elapsed() > age)
    }

    /// Returns whether the last read failed.
    pub(crate) fn fails(&self) -> bool {
        self.state().fails
    }

    /// Returns the reason why the store refuses requests.
    pub(crate) fn refusal(&self) -> Option<String> {
        self.state().refusal.clone()
    }
}
