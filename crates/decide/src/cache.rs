//! The rulesets of all environments: loading on first use, polling, swapping.

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
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
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, timeout},
};

use crate::{slot::Slot, source::Source};

/// The maximum number of known environments. A further environment evicts the least recently used environment.
pub const MAX_ENVIRONMENTS: usize = 1000;
/// The maximum number of environments that are remembered as unknown.
const MAX_UNKNOWN_ENVIRONMENTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(999);
/// The time limit for one poll of an environment.
const POLL_TIMEOUT: Duration = Duration::from_secs(10);
/// The time limit for the first response of a store, when a health check waits for it: shorter than the time limits of
/// health checks.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);
/// The maximum number of concurrent polls, separately for polling rounds, for notifications and for unknown environments.
const CONCURRENT_POLLS: usize = 16;
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
    source: Source,
    interval: Duration,
    known: ArcSwap<BTreeMap<EnvironmentName, Arc<Slot>>>,
    /// Limits the concurrent polls because of notifications.
    catching_up: Semaphore,
    /// The lock of writers of `known`.
    replacing: Mutex<()>,
    unknown: Mutex<LruCache<EnvironmentName, Arc<Slot>>>,
    /// Limits the concurrent polls of unknown environments.
    first_polls: Semaphore,
    /// The time of the last warning that an unknown environment could not be loaded.
    last_warning: Mutex<Option<Instant>>,
    round: AtomicU64,
    store_responded: AtomicBool,
}

impl Cache {
    /// Creates an empty cache. `interval` is the time between two polls of an environment.
    #[must_use]
    pub fn new(source: Source, interval: Duration) -> Self {
        Self {
            source,
            interval,
            known: ArcSwap::default(),
            replacing: Mutex::default(),
            unknown: Mutex::new(LruCache::new(MAX_UNKNOWN_ENVIRONMENTS)),
            first_polls: Semaphore::new(CONCURRENT_POLLS),
            catching_up: Semaphore::new(CONCURRENT_POLLS),
            last_warning: Mutex::default(),
            round: AtomicU64::new(1),
            store_responded: AtomicBool::new(false),
        }
    }

    /// Returns the store that the cache reads.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
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

    /// Notifies the cache of a new version. Returns a future that loads the version, which the caller is to run. Returns
    /// `None` if the environment was never requested, the version is loaded already, or such a future is running: an
    /// environment has one at a time, however many notifications arrive.
    pub fn notify(
        self: &Arc<Self>,
        environment: &EnvironmentName,
        version: u64,
    ) -> Option<impl Future<Output = ()> + use<>> {
        let known = self.known.load().get(environment).cloned();
        // The version may be the first one of an environment that was requested before.
        let slot = known.or_else(|| {
            self.unknown.lock().unwrap_or_else(PoisonError::into_inner).peek(environment).cloned()
        })?;
        let cache = self.clone();
        slot.notify(version).then_some(async move { cache.catch_up(&slot).await })
    }

    async fn catch_up(&self, slot: &Arc<Slot>) {
        loop {
            let version = slot.notified_version();
            if let Ok(_permit) = self.catching_up.acquire().await {
                // A poll that is running may have begun before the notification, so it does not suffice.
                let _shared_poll = slot.polling.lock().await;
                self.poll_slot(slot).await;
            }
            slot.finish_catching_up();
            // A notification that arrived during the poll did not start another future.
            if slot.notified_version() == version || !slot.notify(version) {
                return;
            }
        }
    }

    /// Polls all known environments once per interval, for ever. A round does not wait for the previous round, so that a store
    /// that hangs on an object delays a single environment.
    pub async fn poll_forever(self: Arc<Self>) {
        let mut rounds = interval(self.interval);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (permits, mut polls) = (Arc::new(Semaphore::new(CONCURRENT_POLLS)), JoinSet::new());
        loop {
            tokio::select! {
                _ = rounds.tick() => self.begin_round(&permits, &mut polls),
                Some(_) = polls.join_next() => {}
            }
        }
    }

    /// Polls every known environment once, except for environments with a running poll.
    pub async fn poll(self: &Arc<Self>) {
        let mut polls = JoinSet::new();
        self.begin_round(&Arc::new(Semaphore::new(CONCURRENT_POLLS)), &mut polls);
        while polls.join_next().await.is_some() {}
    }

    fn begin_round(self: &Arc<Self>, permits: &Arc<Semaphore>, polls: &mut JoinSet<()>) {
        self.round.fetch_add(1, Ordering::Relaxed);
        for slot in self.known.load_full().values() {
            let (cache, slot, permits) = (self.clone(), slot.clone(), permits.clone());
            polls.spawn(async move {
                let Ok(_shared_poll) = slot.polling.try_lock() else { return };
                let Ok(_permit) = permits.acquire().await else { return };
                cache.poll_slot(&slot).await;
            });
        }
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
        let fetched = match self.source.get(&wanted.path).await {
            Ok(Some(found)) => Fetched::Found(found.bytes),
            Ok(None) => Fetched::Absent,
            Err(problem) => return Fetched::Failed(problem),
        };
        self.store_responded.store(true, Ordering::Relaxed);
        fetched
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

    /// Returns whether the store has responded since the start. Sends a request to the store if the store has not
    /// responded yet.
    pub async fn store_responds(&self) -> bool {
        if !self.store_responded.load(Ordering::Relaxed)
            && let Ok(any) = EnvironmentName::new("any")
        {
            // Any response will do, also that the object does not exist.
            let wanted = Wanted { path: paths::version(&any), content: None, past_caches: false };
            if timeout(PROBE_TIMEOUT, self.fetch(&wanted)).await.is_err() {
                tracing::debug!("the snapshot store does not respond");
            }
        }
        self.store_responded.load(Ordering::Relaxed)
    }
}
