//! A snapshot store, and what its last responses say about it.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use edgewise_api::{EnvironmentName, loading::Wanted, paths};
use edgewise_objects::Problem;
use tokio::time::{Instant, timeout};

use crate::source::{Found, Source};

/// The time limit for the response of a store when a health check waits for it: shorter than the time limits of health checks.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// A snapshot store whose responses to reading its objects are watched.
///
/// The store is *usable* once it has responded, and until it refuses requests for a reason that somebody must repair, such as
/// wrong credentials. A store that merely does not respond any more stays usable: decisions continue from memory.
#[derive(Debug)]
pub struct WatchedStore {
    source: Source,
    /// The time without a read after which a health check reads.
    silence: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    responded: bool,
    /// The time of the last read.
    last_read: Option<Instant>,
    /// Whether the last read failed.
    fails: bool,
    /// The refusal that somebody must repair, with its code. A read without a response leaves it.
    refusal: Option<String>,
    /// The problem of the last read, if the store has not responded yet.
    no_response: Option<String>,
}

impl WatchedStore {
    /// Watches a store. A health check sends a request to the store if nothing was read for the time `silence`.
    #[must_use]
    pub fn new(source: Source, silence: Duration) -> Self {
        Self { source, silence, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads an object, and records what the response says about the store.
    ///
    /// # Errors
    /// [`Problem`] if the object cannot be read.
    pub async fn read(&self, wanted: &Wanted) -> Result<Option<Found>, Problem> {
        let read = self.source.get(wanted).await;
        self.record(read.as_ref().err());
        read
    }

    /// Records the outcome of a read. Logs when refusals begin, change and end, and when the first reads fail.
    fn record(&self, problem: Option<&Problem>) {
        let mut state = self.state();
        state.last_read = Some(Instant::now());
        state.fails = problem.is_some();
        match problem {
            None => {
                state.responded = true;
                if state.no_response.take().is_some() {
                    tracing::info!("the snapshot store responds");
                }
                if state.refusal.take().is_some() {
                    tracing::info!("the snapshot store accepts requests again");
                }
            }
            Some(problem) => {
                let Some(refusal) = problem.refusal().map(ToString::to_string) else {
                    state.record_no_response(problem);
                    return;
                };
                if state.refusal.as_ref() != Some(&refusal) {
                    tracing::error!(error = refusal, "the snapshot store refuses requests");
                    state.refusal = Some(refusal);
                }
            }
        }
    }

    /// Returns whether the store is usable. Sends a request to the store if the store has not responded yet, or nothing was read
    /// for some time.
    pub async fn is_usable(&self) -> bool {
        self.probe_if_silent().await;
        let state = self.state();
        state.responded && state.refusal.is_none()
    }

    async fn probe_if_silent(&self) {
        let is_silent = {
            let state = self.state();
            !state.responded || state.last_read.is_none_or(|read| read.elapsed() > self.silence)
        };
        let Some(any) = EnvironmentName::new("any").ok().filter(|_| is_silent) else { return };
        // Any response will do, also that the object does not exist.
        let any = Wanted { path: paths::version(&any), content: None, past_caches: false };
        if timeout(PROBE_TIMEOUT, self.read(&any)).await.is_err() {
            self.record(Some(&Problem::Failed(format!("no response within {} s", PROBE_TIMEOUT.as_secs()))));
            tracing::debug!("the snapshot store does not respond");
        }
    }

    /// Returns whether the last read failed.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.state().fails
    }

    /// Returns the reason why the store refuses requests, if somebody must repair it, such as wrong credentials.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        self.state().refusal.clone()
    }

    /// Returns the reason why the store is not usable: the refusal, or, if the store has not responded yet, the problem of the
    /// last read.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        let state = self.state();
        state.refusal.clone().or_else(|| state.no_response.clone())
    }
}

impl State {
    /// Keeps the problem of a read without a valid response, and logs the first such problem, if the store has not responded yet.
    fn record_no_response(&mut self, problem: &Problem) {
        if self.responded {
            return;
        }
        let problem = problem.to_string();
        if self.no_response.is_none() && self.refusal.is_none() {
            tracing::warn!(error = problem, "the snapshot store has not responded since the start");
        }
        self.no_response = Some(problem);
    }
}
