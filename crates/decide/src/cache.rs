//! All environments: loading on first use, polling, swapping.

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
    loading::{Failure, Fetched, Held, Loading, Next, Outcome},
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

/// Environments that are kept. One more displaces the one that was longest not asked for.
pub const KEPT_ENVIRONMENTS: usize = 1000;
/// Environments that are remembered as unknown.
const UNKNOWN_ENVIRONMENTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(999);
/// How long one look at an environment may take.
const LOOK_LIMIT: Duration = Duration::from_secs(10);
/// How long a store that has not answered yet may take to show that it is there: less than whoever asks waits.
const PROBE_LIMIT: Duration = Duration::from_secs(1);
/// Looks at a time: those of polling, and those for environments that are not known yet.
const LOOKS_AT_A_TIME: usize = 16;
/// How often at most it is said that unknown environments cannot be looked for.
const WARNING_PAUSE: Duration = Duration::from_secs(60);
/// What is larger is read on a thread of its own, so that other requests do not wait for it.
const LARGE_BYTES: usize = 64 << 10;

/// The rulesets of the environments that were asked for, kept up to date.
///
/// An environment is *known* once the store has held anything for it; known ones are polled. One that is asked
/// for and not known is looked for once, by whoever asks first, and then remembered as unknown for a poll
/// interval. Nobody can make it hold more than a bounded number of either.
#[derive(Debug)]
pub struct Cache {
    source: Source,
    interval: Duration,
    known: ArcSwap<BTreeMap<EnvironmentName, Arc<Slot>>>,
    /// So many looks at a time for what was told of.
    catching_up: Semaphore,
    /// Held while `known` is replaced.
    replacing: Mutex<()>,
    unknown: Mutex<LruCache<EnvironmentName, Arc<Slot>>>,
    first_looks: Semaphore,
    /// When it was last said that an unknown environment could not be looked for.
    warned: Mutex<Option<Instant>>,
    round: AtomicU64,
    store_answered: AtomicBool,
}

impl Cache {
    /// Nothing is loaded yet. `interval` is the time between two looks at the store.
    #[must_use]
    pub fn new(source: Source, interval: Duration) -> Self {
        Self {
            source,
            interval,
            known: ArcSwap::default(),
            replacing: Mutex::default(),
            unknown: Mutex::new(LruCache::new(UNKNOWN_ENVIRONMENTS)),
            first_looks: Semaphore::new(LOOKS_AT_A_TIME),
            catching_up: Semaphore::new(LOOKS_AT_A_TIME),
            warned: Mutex::default(),
            round: AtomicU64::new(1),
            store_answered: AtomicBool::new(false),
        }
    }

    /// The store it reads.
    #[must_use]
    pub const fn source(&self) -> &Source {
        &self.source
    }

    /// What to decide an environment from, if there is anything; looks for it if it is not known.
    pub async fn ruleset(&self, environment: &EnvironmentName) -> Option<Arc<Ruleset>> {
        if let Some(ruleset) = self.known_ruleset(environment) {
            return Guard::into_inner(ruleset);
        }
        timeout(LOOK_LIMIT, self.first_use(environment)).await.ok().flatten()
    }

    /// What a known environment has loaded; `None` if it is not known, so that [`Cache::ruleset`] may take a while.
    pub(crate) fn known_ruleset(&self, environment: &EnvironmentName) -> Option<Guard<Option<Arc<Ruleset>>>> {
        self.known.load().get(environment).map(|slot| {
            slot.touch(self.round.load(Ordering::Relaxed));
            slot.ruleset()
        })
    }

    async fn first_use(&self, environment: &EnvironmentName) -> Option<Arc<Ruleset>> {
        let slot = {
            let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Slot::new(environment.clone()));
            unknown.get_or_insert(environment.clone(), new).clone()
        };
        let _one_look_for_all = slot.looking.lock().await;
        if !slot.looked_within(self.interval) {
            let _permit = self.first_looks.acquire().await.ok()?;
            self.look(&slot).await;
        }
        self.known_ruleset(environment).and_then(Guard::into_inner)
    }

    /// Takes a ruleset as it is published, ahead of the next look at the store.
    pub fn offer(&self, environment: &EnvironmentName, ruleset: Ruleset) {
        let version = ruleset.version();
        let held = Held { pointer: version, version };
        let slot = self.take(Arc::new(Slot::new(environment.clone())), Arc::new(ruleset), held);
        slot.looked(None, true);
    }

    /// What is to be done about a version that somebody tells of: to be run ahead of the next round. However often it is
    /// told, one runs at a time for an environment.
    pub fn told(
        self: &Arc<Self>,
        environment: &EnvironmentName,
        version: u64,
    ) -> Option<impl Future<Output = ()> + use<>> {
        let known = self.known.load().get(environment).cloned();
        // An environment that was asked for in vain may have its first version now.
        let slot = known.or_else(|| {
            self.unknown.lock().unwrap_or_else(PoisonError::into_inner).peek(environment).cloned()
        })?;
        let cache = self.clone();
        slot.is_told(version).then_some(async move { cache.catch_up(&slot).await })
    }

    async fn catch_up(&self, slot: &Arc<Slot>) {
        loop {
            let told = slot.highest_told();
            if let Ok(_permit) = self.catching_up.acquire().await {
                // A look that is under way may have begun before it was told.
                let _one_look_for_all = slot.looking.lock().await;
                self.look(slot).await;
            }
            slot.caught_up();
            // More may have been told meanwhile, to nobody's ears.
            if slot.highest_told() == told || !slot.is_told(told) {
                return;
            }
        }
    }

    /// Polls for ever. A round does not wait for the one before: an object that hangs delays its environment alone.
    pub async fn poll_for_ever(self: Arc<Self>) {
        let mut rounds = interval(self.interval);
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (permits, mut looks) = (Arc::new(Semaphore::new(LOOKS_AT_A_TIME)), JoinSet::new());
        loop {
            tokio::select! {
                _ = rounds.tick() => self.begin_round(&permits, &mut looks),
                Some(_) = looks.join_next() => {}
            }
        }
    }

    /// Looks at every known environment once, unless somebody looks at it already.
    pub async fn poll(self: &Arc<Self>) {
        let mut looks = JoinSet::new();
        self.begin_round(&Arc::new(Semaphore::new(LOOKS_AT_A_TIME)), &mut looks);
        while looks.join_next().await.is_some() {}
    }

    fn begin_round(self: &Arc<Self>, permits: &Arc<Semaphore>, looks: &mut JoinSet<()>) {
        self.round.fetch_add(1, Ordering::Relaxed);
        for slot in self.known.load_full().values() {
            let (cache, slot, permits) = (self.clone(), slot.clone(), permits.clone());
            looks.spawn(async move {
                let Ok(_one_look_for_all) = slot.looking.try_lock() else { return };
                let Ok(_permit) = permits.acquire().await else { return };
                cache.look(&slot).await;
            });
        }
    }

    /// Looks at the store, and takes what is newer.
    async fn look(&self, slot: &Arc<Slot>) {
        let held = slot.held();
        let outcome = match timeout(LOOK_LIMIT, self.drive(slot.environment.clone(), held)).await {
            Ok(outcome) => outcome,
            Err(_) => Outcome::Failed(Failure::Store {
                path: paths::version(&slot.environment),
                problem: format!("no answer within {} s", LOOK_LIMIT.as_secs()),
            }),
        };
        let problem = match outcome {
            Outcome::Current => None,
            Outcome::Loaded(ruleset, held) => {
                self.take(slot.clone(), ruleset, held);
                None
            }
            Outcome::Absent if held.is_some() => Some("the store holds nothing for it any more".to_owned()),
            Outcome::Absent => {
                self.forget(slot);
                None
            }
            Outcome::Failed(failure) => {
                // That the store fails does not show that it holds anything.
                if matches!(failure, Failure::Corrupt { .. }) {
                    self.keep(slot.clone());
                }
                Some(failure.to_string())
            }
        };
        let known = self.known.load().contains_key(&slot.environment);
        if !known {
            self.warn_of_unknown(problem.as_deref());
        }
        slot.looked(problem, known);
    }

    /// Anyone can ask for any number of environments that are not there, so this is said once a minute at most.
    fn warn_of_unknown(&self, problem: Option<&str>) {
        let Some(problem) = problem else { return };
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.is_none_or(|warned| warned.elapsed() > WARNING_PAUSE) {
            *warned = Some(Instant::now());
            tracing::warn!(problem, "an environment that is asked for cannot be looked for");
        }
    }

    async fn drive(&self, environment: EnvironmentName, held: Option<Held>) -> Outcome {
        let mut next = Loading::begin(environment, held);
        loop {
            let (loading, path) = match next {
                Next::Fetch(loading, path) => (loading, path),
                Next::Done(outcome) => return outcome,
            };
            let fetched = self.fetch(&path).await;
            next = match fetched {
                Fetched::Found(ref bytes) if bytes.len() > LARGE_BYTES => {
                    match tokio::task::spawn_blocking(move || loading.resume(fetched)).await {
                        Ok(next) => next,
                        Err(_) => {
                            let problem = "it cannot be read: a fault in the program".to_owned();
                            return Outcome::Failed(Failure::Corrupt { path, problem });
                        }
                    }
                }
                fetched => loading.resume(fetched),
            };
        }
    }

    async fn fetch(&self, path: &str) -> Fetched {
        let fetched = match self.source.get(path).await {
            Ok(Some(found)) => Fetched::Found(found.bytes),
            Ok(None) => Fetched::Absent,
            Err(problem) => return Fetched::Failed(problem),
        };
        self.store_answered.store(true, Ordering::Relaxed);
        fetched
    }

    /// Takes a newer ruleset, and returns the slot that has it. An environment is not known before it has one: who found it
    /// between the two would be told that there is none.
    fn take(&self, slot: Arc<Slot>, ruleset: Arc<Ruleset>, held: Held) -> Arc<Slot> {
        let slot = self.known.load().get(&slot.environment).cloned().unwrap_or(slot);
        slot.install(ruleset.clone(), held);
        let kept = self.keep(slot.clone());
        if !Arc::ptr_eq(&kept, &slot) {
            kept.install(ruleset, held);
        }
        kept
    }

    /// Makes an environment known, and returns the slot it has.
    fn keep(&self, slot: Arc<Slot>) -> Arc<Slot> {
        let _replacing = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.known.load_full();
        if let Some(slot) = known.get(&slot.environment) {
            return slot.clone();
        }
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner).pop(&slot.environment);
        let mut known = BTreeMap::clone(&known);
        while known.len() >= KEPT_ENVIRONMENTS {
            let Some(stalest) = known.values().min_by_key(|slot| slot.used()).cloned() else { break };
            tracing::warn!(environment = %stalest.environment, "no longer kept: {KEPT_ENVIRONMENTS} others are");
            known.remove(&stalest.environment);
        }
        slot.touch(self.round.load(Ordering::Relaxed));
        known.insert(slot.environment.clone(), slot.clone());
        self.known.store(Arc::new(known));
        slot
    }

    /// Makes an environment unknown of which nothing was ever loaded.
    fn forget(&self, slot: &Slot) {
        let _replacing = self.replacing.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.known.load_full();
        if known.get(&slot.environment).is_some_and(|known| known.version().is_none()) {
            let mut known = BTreeMap::clone(&known);
            known.remove(&slot.environment);
            self.known.store(Arc::new(known));
        }
    }

    /// The loaded version of each known environment.
    #[must_use]
    pub fn versions(&self) -> BTreeMap<EnvironmentName, Option<u64>> {
        self.known.load().values().map(|slot| (slot.environment.clone(), slot.version())).collect()
    }

    /// What is wrong with known environments.
    #[must_use]
    pub fn problems(&self) -> BTreeMap<EnvironmentName, String> {
        let known = self.known.load();
        known.values().filter_map(|slot| Some((slot.environment.clone(), slot.problem()?))).collect()
    }

    /// How many environments are remembered as unknown.
    #[must_use]
    pub fn unknown(&self) -> usize {
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether the store has answered since the start; asks it if it has not been asked.
    pub async fn store_answers(&self) -> bool {
        if !self.store_answered.load(Ordering::Relaxed)
            && let Ok(any) = EnvironmentName::new("any")
        {
            // What it answers does not matter, but that it does.
            if timeout(PROBE_LIMIT, self.fetch(&paths::version(&any))).await.is_err() {
                tracing::debug!("the snapshot store does not answer");
            }
        }
        self.store_answered.load(Ordering::Relaxed)
    }
}
