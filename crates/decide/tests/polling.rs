//! When a cache polls a store: spread over the interval, with a bound, and seldom if nobody else writes to the store.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use std::{
    collections::{BTreeMap, HashSet},
    future::pending,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use edgewise_api::paths;
use edgewise_decide::{Cache, MAX_ENVIRONMENTS, Source};
use edgewise_engine::Ruleset;
use edgewise_objects::{Condition, Object, ObjectError, ObjectStore, Put};
use support::{name, snapshot};
use tokio::time::{Instant, sleep};

const INTERVAL: Duration = Duration::from_secs(5);
/// The time that the store takes for a response.
const RESPONSE_TIME: Duration = Duration::from_millis(20);

/// A store that records its requests. Each environment is at version 1, unless the test says otherwise.
#[derive(Debug, Default)]
struct Store {
    /// The times of the requests for each version.json.
    polls: Mutex<BTreeMap<String, Vec<Instant>>>,
    objects: BTreeMap<String, String>,
    hanging: HashSet<String>,
    failing: HashSet<String>,
    concurrent: AtomicUsize,
    most_concurrent: AtomicUsize,
}

/// Counts a request until the request ends, or is given up.
struct Request<'a>(&'a Store);

impl<'a> Request<'a> {
    fn begin(store: &'a Store) -> Self {
        let concurrent = store.concurrent.fetch_add(1, Ordering::SeqCst) + 1;
        store.most_concurrent.fetch_max(concurrent, Ordering::SeqCst);
        Self(store)
    }
}

impl Drop for Request<'_> {
    fn drop(&mut self) {
        self.0.concurrent.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl ObjectStore for Store {
    async fn get(&self, path: &str) -> Result<Option<Object>, ObjectError> {
        let _request = Request::begin(self);
        let is_pointer = path.ends_with("/version.json");
        if is_pointer {
            self.polls.lock().unwrap().entry(path.to_owned()).or_default().push(Instant::now());
        }
        if self.hanging.contains(path) {
            pending::<()>().await;
        }
        sleep(RESPONSE_TIME).await;
        if self.failing.contains(path) {
            let source = io::Error::other("out of order");
            return Err(ObjectError { action: "read", path: path.to_owned(), source: source.into() });
        }
        let found = self.objects.get(path).cloned();
        let found = found.or_else(|| is_pointer.then(|| "{\"version\":1}".to_owned()));
        Ok(found.map(|text| Object { bytes: text.into_bytes(), etag: "\"x\"".to_owned() }))
    }

    async fn put(&self, _: &str, _: &[u8], _: Condition<'_>) -> Result<Put, ObjectError> {
        unreachable!("a decision plane writes nothing")
    }
}

impl Store {
    /// Starts a cache that has loaded version 1 of the environments `e0`, `e1`, ….
    fn poll(self: &Arc<Self>, environments: usize, set: impl FnOnce(Cache) -> Cache) -> Arc<Cache> {
        let cache = Arc::new(set(Cache::new(Source::Objects(self.clone()), INTERVAL)));
        for number in 0..environments {
            let ruleset = Ruleset::from_json(snapshot(1).as_bytes()).unwrap();
            cache.install(&name(&format!("e{number}")), ruleset);
        }
        tokio::spawn(cache.clone().poll_forever());
        cache
    }

    /// Returns the numbers of polls of the environments.
    fn counts(&self) -> BTreeMap<String, usize> {
        self.polls.lock().unwrap().iter().map(|(path, times)| (path.clone(), times.len())).collect()
    }

    fn most_concurrent(&self) -> usize {
        self.most_concurrent.load(Ordering::SeqCst)
    }
}

fn pointer(environment: &str) -> String {
    paths::version(&name(environment))
}

#[tokio::test(start_paused = true)]
async fn polls_are_spread_over_the_interval() {
    let store = Arc::new(Store::default());
    let _cache = store.poll(MAX_ENVIRONMENTS, |cache| cache);
    // The last moment before the first environment is polled again.
    sleep(INTERVAL - RESPONSE_TIME / 2).await;
    assert!(store.counts().values().all(|polls| *polls == 1));
    assert_eq!(store.counts().len(), MAX_ENVIRONMENTS);
    assert!(store.most_concurrent() <= 16, "{}", store.most_concurrent());
    let mut tenths = BTreeMap::<_, usize>::new();
    let polls = store.polls.lock().unwrap();
    let first = polls.values().flatten().min().unwrap();
    for time in polls.values().flatten() {
        *tenths.entry((*time - *first).as_millis() * 10 / INTERVAL.as_millis()).or_default() += 1;
    }
    assert_eq!(tenths.len(), 10, "{tenths:?}");
    assert!(tenths.values().all(|polls| (50..150).contains(polls)), "{tenths:?}");
}

#[tokio::test(start_paused = true)]
async fn objects_on_which_the_store_hangs_do_not_delay_other_environments() {
    let hanging: HashSet<_> = (0..40).map(|number| pointer(&format!("e{number}"))).collect();
    let store = Arc::new(Store { hanging: hanging.clone(), ..Store::default() });
    let _cache = store.poll(200, |cache| cache);
    sleep(INTERVAL * 20).await;
    let counts = store.counts();
    let others = counts.iter().filter(|(path, _)| !hanging.contains(*path));
    assert_eq!(others.clone().count(), 160);
    for (path, polls) in others {
        assert!((19..=21).contains(polls), "{path}: {polls}");
    }
}

#[tokio::test(start_paused = true)]
async fn polls_are_bounded_while_the_store_hangs() {
    let hanging = (0..MAX_ENVIRONMENTS).map(|number| pointer(&format!("e{number}"))).collect();
    let store = Arc::new(Store { hanging, ..Store::default() });
    let _cache = store.poll(MAX_ENVIRONMENTS, |cache| cache);
    sleep(INTERVAL * 20).await;
    assert!(store.most_concurrent() <= 80, "{}", store.most_concurrent());
}

#[tokio::test(start_paused = true)]
async fn the_only_writer_seldom_polls_what_it_has_written() {
    let store = Arc::new(Store {
        objects: [
            (pointer("e1"), "{\"version\":2}".to_owned()),
            (paths::snapshot(&name("e1"), 2), snapshot(2)),
        ]
        .into(),
        failing: [pointer("e2")].into(),
        ..Store::default()
    });
    let cache = store.poll(100, Cache::of_only_writer);
    sleep(Duration::from_secs(60) - RESPONSE_TIME / 2).await;
    let mut counts = store.counts();
    let failing = counts.remove(&pointer("e2")).unwrap();
    assert!(counts.values().all(|polls| *polls == 1), "{counts:?}");
    assert_eq!(counts.len(), 99);
    // Somebody has replaced the objects of this environment.
    assert_eq!(cache.versions().get("e1"), Some(&Some(2)));
    // Once a poll has failed, the environment is polled in each interval.
    sleep(Duration::from_secs(60)).await;
    let polls = store.counts().remove(&pointer("e2")).unwrap() - failing;
    assert!((11..=13).contains(&polls), "{polls}");
}
