//! The rulesets of all environments: loading on first use, polling, swapping.

mod polling;

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::{ArcSwap, Guard};
use edgewise_api::{
    EnvironmentName,
    loading::{Failure, Fetched, Held, Loading, Next, Outcome, Wanted},
    paths,
};
use edgewise_engine::Ruleset;
use lru::LruCache;
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

use crate::{slot::Slot, source::Source, watched_store::WatchedStore};

/// The maximum number of known environments. A further environment evicts the least recently used environment.
pub const MAX_ENVIRONMENTS: usize = 1000;
/// The maximum number of environments that are remembered as unknown.
const MAX_UNKNOWN_ENVIRONMENTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(999);
/// The time limit for one poll of an environment.
const POLL_TIMEOUT: Duration = Duration::from_secs(10);
/// The maximum number of concurrent polls, separately for due polls, for notifications and for unknown environments.
const CONCURRENT_POLLS: usize = 16;
/// The maximum number of slow polls beyond these.
const SLOW_POLLS: usize = 64;
/// The minimum time between two warnings that an unknown environment could not be loaded.
const WARNING_PAUSE: Duration = Duration::from_secs(60);
/// The size in bytes from which an object is parsed on a blocking thread, so that other requests are not delayed.
const LARGE_BYTES: usize = 64 << 10;

/// The rulesets of the requested environments, kept up to date.
///
/// An environment is *known* once the store has had an object for it. The cache polls known environments. The first request
/// for an unknown environment polls the store once; if the store has nothing for the environment, it is remembered as
/// unknown for a poll interval. The numbers of known and of unknown environments are bounded, so that requests cannot
/// exhaust the memory.
#[derive(Debug)]
pub struct Cache {
    store: WatchedStore,
    interval: Duration,
    /// Whether no other process writes to the store.
    is_only_writer: bool,
    known: ArcSwap<BTreeMap<EnvironmentName, Arc<Slot>>>,
    /// Limits the concurrent polls of environments whose time has come.
    due_polls: Semaphore,
    /// Limits the concurrent polls because of notifications.
    notified_polls: Semaphore,
    /// Limits the polls on which the store hangs, and which other polls do not wait for.
    slow_polls: Semaphore,
    /// The lock of writers of `known`.
    replacing: Mutex<()>,
    unknown: Mutex<LruCache<EnvironmentName, Arc<Slot>>>,
    /// Limits the concurrent polls of unknown environments.
    first_polls: Semaphore,
    /// The time of the last warning that an unknown environment could not be loaded.
    last_warning: Mutex<Option<Instant>>,
    round: AtomicU64,
}

impl Cache {
    /// Creates an empty cache. `interval` is the time between two polls of an environment.
    #[must_use]
    pub fn new(source: Source, interval: Duration) -> Self {
        Self {
            store: WatchedStore::new(source, interval * 2),
            interval,
            is_only_writer: false,
            known: ArcSwap::default(),
            due_polls: Semaphore::new(CONCURRENT_POLLS),
            notified_polls: Semaphore::new(CONCURRENT_POLLS),
            slow_polls: Semaphore::new(SLOW_POLLS),
            replacing: Mutex::default(),
            unknown: Mutex::new(LruCache::new(MAX_UNKNOWN_ENVIRONMENTS)),
            first_polls: Semaphore::new(CONCURRENT_POLLS),
            last_warning: Mutex::default(),
            round: AtomicU64::new(1),
        }
    }

    /// States that no other process writes to the store, and that this process passes the rulesets that it writes to
    /// [`Cache::install`]. The cache then polls an environment once a minute instead of once per interval, to notice that
    /// somebody has replaced the store's objects. An environment whose last poll failed is still polled once per interval.
    #[must_use]
    pub const fn of_only_writer(mut self) -> Self {
        self.is_only_writer = true;
        self
    }

    /// Returns the store that the cache reads.
    #[must_use]
    pub const fn store(&self) -> &WatchedStore {
        &self.store
    }

    /// Returns the ruleset of an environment. Polls the store first if the environment is unknown.
    pub async fn ruleset(&self, environment: &EnvironmentName) -> Option<Arc<Ruleset>> {
        if let Some(ruleset) = self.known_ruleset(environment) {
            return Guard::into_inner(ruleset);
        }
        timeout(POLL_TIMEOUT, self.load_unknown(environment)).await.ok().flatten()
    }

    /// Returns the loaded ruleset of a known environment, without waiting. `None` if the environment is unknown; then
    /// [`Cache::ruleset`] may wait for the store.
    pub(crate) fn known_ruleset(&self, environment: &EnvironmentName) -> Option<Guard<Option<Arc<Ruleset>>>> {
        self.known.load().get(environment).map(|slot| {
            slot.touch(self.round.load(Ordering::Relaxed));
            slot.ruleset()
        })
    }

    async fn load_unknown(&self, environment: &EnvironmentName) -> Option<Arc<Ruleset>> {
        let slot = {
            let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Slot::new(environment.clone()));
            unknown.get_or_insert(environment.clone(), new).clone()
        };
        let _shared_poll = slot.polling.lock().await;
        if !slot.polled_within(self.interval) {
            let _permit = self.first_polls.acquire().await.ok()?;
            self.poll_slot(&slot).await;
        }
        self.known_ruleset(environment).and_then(Guard::into_inner)
    }

    /// Swaps in a ruleset that was just published, ahead of the next poll. An older ruleset is ignored.
    pub fn install(&self, environment: &EnvironmentName, ruleset: Ruleset) {
        let held = Held::installed(&ruleset);
        let slot = self.install_in(Arc::new(Slot::new(environment.clone())), Arc::new(ruleset), held);
        slot.record_poll(None, true);
    }

    /// Polls the store for an environment, and swaps in a newer ruleset.
    async fn poll_slot(&self, slot: &Arc<Slot>) {
        let held = slot.held();
        let outcome = match timeout(POLL_TIMEOUT, self.load(slot.environment.clone(), held)).await {
            Ok(outcome) => outcome,
            Err(_) => Outcome::Failed(Failure::Store {
                path: paths::version(&slot.environment),
                problem: format!("no response within {} s", POLL_TIMEOUT.as_secs()),
            }),
        };
        let problem = match outcome {
            Outcome::Current => None,
            Outcome::Loaded(ruleset, held) => {
                self.install_in(slot.clone(), ruleset, held);
                None
            }
            Outcome::Absent if held.is_some() => {
                Some("the store no longer has a snapshot of the environment".to_owned())
            }
            Outcome::Absent => {
                self.remove_unloaded(slot);
                None
            }
            Outcome::Failed(failure) => {
                // A corrupt object shows that the environment exists. A store that fails does not.
                if matches!(failure, Failure::Corrupt { .. }) {
                    self.insert_known(slot.clone());
                }
                Some(failure.to_string())
            }
        };
        let known = self.known.load().contains_key(&slot.environment);
        if !known {
            self.warn_about_unknown(problem.as_deref());
        }
        slot.record_poll(problem, known);
    }

    /// Logs that an unknown environment could not be loaded, at most once a minute, because clients can request any number
    /// of environments that do not exist.
    fn warn_about_unknown(&self, problem: Option<&str>) {
        let Some(problem) = problem else { return };
        let mut last_warning = self.last_warning.lock().unwrap_or_else(PoisonError::into_inner);
        if last_warning.is_none_or(|last_warning| last_warning.elapsed() > WARNING_PAUSE) {
            *last_warning = Some(Instant::now());
            tracing::warn!(error = problem, "a requested environment cannot be loaded");
        }
    }

    async fn load(&self, environment: EnvironmentName, held: Option<Held>) -> Outcome {
        let mut next = Loading::begin(environment, held);
        loop {
            let (loading, wanted) = match next {
                Next::Fetch(loading, wanted) => (loading, wanted),
                Next::Done(outcome) => return outcome,
            };
            let fetched = self.fetch(&wanted).await;
            next = match fetched {
                Fetched::Found(ref bytes) if bytes.len() > LARGE_BYTES => {
                    match tokio::task::spawn_blocking(move || loading.resume(fetched)).await {
                        Ok(next) => next,
                        Err(_) => {
                            let problem =
                                "parsing the object panicked, which is a bug: please report it".to_owned();
                            return Outcome::Failed(Failure::Corrupt { path: wanted.path, problem });
                        }
                    }
                }
                fetched => loading.resume(fetched),
            };
        }
    }

    async fn fetch(&self, wanted: &Wanted) -> Fetched {
        match self.store.read(wanted).await {
            Ok(Some(found)) => Fetched::Found(found.bytes),
            Ok(None) => Fetched::Absent,
            Err(problem) => Fetched::Failed(problem.to_string()),
        }
    }

    /// Swaps in a newer ruleset, and returns the slot of the environment. A new slot gets its ruleset before it becomes
    /// known: a request that found a known slot without a ruleset would fail.
    fn install_in(&self, slot: Arc<Slot>, ruleset: Arc<Ruleset>, held: Held) -> Arc<Slot> {
        let slot = self.known.load().get(&slot.environment).cloned().unwrap_or(slot);
        slot.install(ruleset.clone(), held);
        let known = self.insert_known(slot.clone());
        if !Arc::ptr_eq(&known, &slot) {
            known.install(ruleset, held);
        }
        known
    }

    /// Makes an environment known, unless it is known already, and returns its known slot.
    fn insert_known(&self, slot: Arc<Slot>) -> Arc<Slot> {
        let _replacing = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.known.load_full();
        if let Some(slot) = known.get(&slot.environment) {
            return slot.clone();
        }
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner).pop(&slot.environment);
        let mut known = BTreeMap::clone(&known);
        while known.len() >= MAX_ENVIRONMENTS {
            let Some(oldest) = known.values().min_by_key(|slot| slot.last_used()).cloned() else { break };
            tracing::warn!(environment = %oldest.environment, "environment evicted: the cache can hold at most {MAX_ENVIRONMENTS} environments");
            known.remove(&oldest.environment);
        }
        slot.touch(self.round.load(Ordering::Relaxed));
        known.insert(slot.environment.clone(), slot.clone());
        self.known.store(Arc::new(known));
        slot
    }

    /// Makes a known environment unknown if none of its snapshots was ever loaded.
    fn remove_unloaded(&self, slot: &Slot) {
        let _replacing = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.known.load_full();
        if known.get(&slot.environment).is_some_and(|known| known.version().is_none()) {
            let mut known = BTreeMap::clone(&known);
            known.remove(&slot.environment);
            self.known.store(Arc::new(known));
        }
    }

    /// Returns the loaded version of each known environment.
    #[must_use]
    pub fn versions(&self) -> BTreeMap<EnvironmentName, Option<u64>> {
        self.known.load().values().map(|slot| (slot.environment.clone(), slot.version())).collect()
    }

    /// Returns the problem of each known environment whose last poll failed.
    #[must_use]
    pub fn problems(&self) -> BTreeMap<EnvironmentName, String> {
        let known = self.known.load();
        known.values().filter_map(|slot| Some((slot.environment.clone(), slot.problem()?))).collect()
    }

    /// Returns the number of environments that are remembered as unknown.
    #[must_use]
    pub fn unknown_environments(&self) -> usize {
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
