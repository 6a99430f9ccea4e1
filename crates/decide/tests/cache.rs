//! What a decision plane keeps of the store, whatever the store does.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::{
    collections::HashMap,
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use edgewise_api::paths;
use edgewise_decide::{Cache, KEPT_ENVIRONMENTS, Source};
use edgewise_engine::Ruleset;
use edgewise_objects::{Condition, Object, ObjectError, ObjectStore, Put};
use support::{name, snapshot};
use tokio::{sync::Semaphore, task::yield_now};

const INTERVAL: Duration = Duration::from_secs(5);

fn ruleset(version: u64) -> Ruleset {
    Ruleset::from_json(snapshot(version).as_bytes()).unwrap()
}

/// A store that a test fills, breaks, and holds up.
#[derive(Debug)]
struct Store {
    objects: Mutex<HashMap<String, String>>,
    fails: AtomicBool,
    gets: AtomicUsize,
    gate: Semaphore,
}

#[async_trait]
impl ObjectStore for Store {
    async fn get(&self, path: &str) -> Result<Option<Object>, ObjectError> {
        self.gets.fetch_add(1, Ordering::SeqCst);
        drop(self.gate.acquire().await.unwrap());
        if self.fails.load(Ordering::SeqCst) {
            let source = io::Error::other("out of order");
            return Err(ObjectError { action: "read", path: path.to_owned(), source });
        }
        let text = self.objects.lock().unwrap().get(path).cloned();
        Ok(text.map(|text| Object { bytes: text.into_bytes(), etag: "\"x\"".to_owned() }))
    }

    async fn put(&self, _: &str, _: &[u8], _: Condition<'_>) -> Result<Put, ObjectError> {
        unreachable!("a decision plane writes nothing")
    }
}

impl Store {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            objects: Mutex::default(),
            fails: AtomicBool::new(false),
            gets: AtomicUsize::new(0),
            gate: Semaphore::new(1000),
        })
    }

    fn put(&self, path: String, text: impl Into<String>) {
        self.objects.lock().unwrap().insert(path, text.into());
    }

    fn point(&self, environment: &str, version: u64) {
        self.put(paths::version(&name(environment)), format!("{{\"version\":{version}}}"));
    }

    fn publish(&self, environment: &str, version: u64) {
        self.put(paths::snapshot(&name(environment), version), snapshot(version));
        self.point(environment, version);
    }

    fn gets(&self) -> usize {
        self.gets.load(Ordering::SeqCst)
    }

    fn cache(self: &Arc<Self>) -> Arc<Cache> {
        Arc::new(Cache::new(Source::Objects(self.clone()), INTERVAL))
    }
}

async fn version(cache: &Cache, environment: &str) -> Option<u64> {
    cache.ruleset(&name(environment)).await.map(|ruleset| ruleset.version())
}

fn problem(cache: &Cache, environment: &str) -> Option<String> {
    cache.problems().remove(&name(environment))
}

#[tokio::test(start_paused = true)]
async fn an_environment_is_loaded_when_it_is_first_asked_for() {
    let store = Store::new();
    store.publish("prod", 3);
    let cache = store.cache();
    assert!(cache.versions().is_empty());
    assert_eq!(version(&cache, "prod").await, Some(3));
    assert_eq!(cache.versions().get("prod"), Some(&Some(3)));
    assert!(cache.problems().is_empty());
}

#[tokio::test(start_paused = true)]
async fn many_first_requests_cause_one_look() {
    let store = Store::new();
    store.publish("prod", 3);
    let closed = store.gate.acquire_many(1000).await.unwrap();
    let cache = store.cache();
    let requests: Vec<_> = (0..50)
        .map(|_| {
            let cache = cache.clone();
            tokio::spawn(async move { version(&cache, "prod").await })
        })
        .collect();
    while store.gets() == 0 {
        yield_now().await;
    }
    drop(closed);
    for request in requests {
        assert_eq!(request.await.unwrap(), Some(3));
    }
    assert_eq!(store.gets(), 3, "version.json, the ruleset and the snapshot");
}

#[tokio::test(start_paused = true)]
async fn a_newer_version_is_swapped_in_and_an_older_one_is_not() {
    let store = Store::new();
    store.publish("prod", 3);
    let cache = store.cache();
    version(&cache, "prod").await;
    store.publish("prod", 4);
    cache.poll().await;
    assert_eq!(version(&cache, "prod").await, Some(4));
    store.publish("prod", 2);
    cache.poll().await;
    assert_eq!(version(&cache, "prod").await, Some(4));
    assert!(cache.problems().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_published_snapshot_is_live_at_once_unless_it_is_older() {
    let store = Store::new();
    let cache = store.cache();
    assert_eq!(version(&cache, "prod").await, None);
    cache.offer(&name("prod"), ruleset(7));
    assert_eq!(version(&cache, "prod").await, Some(7));
    cache.offer(&name("prod"), ruleset(6));
    assert_eq!(version(&cache, "prod").await, Some(7));
}

#[tokio::test(start_paused = true)]
async fn a_look_that_was_under_way_does_not_undo_what_was_published_meanwhile() {
    let store = Store::new();
    store.publish("prod", 1);
    let cache = store.cache();
    version(&cache, "prod").await;
    store.publish("prod", 2);
    let before = store.gets();
    let closed = store.gate.acquire_many(1000).await.unwrap();
    let look = tokio::spawn({
        let cache = cache.clone();
        async move { cache.poll().await }
    });
    while store.gets() == before {
        yield_now().await;
    }
    cache.offer(&name("prod"), ruleset(3));
    drop(closed);
    look.await.unwrap();
    assert_eq!(version(&cache, "prod").await, Some(3));
}

#[tokio::test(start_paused = true)]
async fn the_last_good_snapshot_stays_while_the_next_one_is_corrupt_or_the_store_fails() {
    let store = Store::new();
    store.publish("prod", 3);
    let cache = store.cache();
    version(&cache, "prod").await;

    store.publish("prod", 4);
    store.put(paths::snapshot(&name("prod"), 4), &snapshot(4)[..100]);
    cache.poll().await;
    assert_eq!(version(&cache, "prod").await, Some(3));
    let corrupt = problem(&cache, "prod").unwrap();
    assert!(corrupt.contains("snapshots/4.json` is corrupt"), "{corrupt}");

    store.fails.store(true, Ordering::SeqCst);
    cache.poll().await;
    assert_eq!(version(&cache, "prod").await, Some(3));
    let fails = problem(&cache, "prod").unwrap();
    assert!(fails.contains("out of order"), "{fails}");

    store.fails.store(false, Ordering::SeqCst);
    store.publish("prod", 4);
    cache.poll().await;
    assert_eq!(version(&cache, "prod").await, Some(4));
    assert_eq!(problem(&cache, "prod"), None);
}

#[tokio::test(start_paused = true)]
async fn the_last_good_snapshot_stays_when_the_store_has_lost_everything() {
    let store = Store::new();
    store.publish("prod", 3);
    let cache = store.cache();
    version(&cache, "prod").await;
    store.objects.lock().unwrap().clear();
    cache.poll().await;
    assert_eq!(version(&cache, "prod").await, Some(3));
    assert!(problem(&cache, "prod").is_some());
}

#[tokio::test(start_paused = true)]
async fn an_environment_whose_first_snapshot_is_corrupt_is_shown_and_recovers() {
    let store = Store::new();
    store.publish("prod", 1);
    store.put(paths::snapshot(&name("prod"), 1), "{");
    let cache = store.cache();
    assert_eq!(version(&cache, "prod").await, None);
    assert_eq!(cache.versions().get("prod"), Some(&None));
    assert!(problem(&cache, "prod").is_some());
    store.publish("prod", 1);
    cache.poll().await;
    assert_eq!(version(&cache, "prod").await, Some(1));
}

#[tokio::test(start_paused = true)]
async fn an_unknown_environment_is_remembered_as_unknown_for_one_interval() {
    let store = Store::new();
    let cache = store.cache();
    assert_eq!(version(&cache, "later").await, None);
    let looked = store.gets();
    assert_eq!(version(&cache, "later").await, None);
    assert_eq!(store.gets(), looked);

    store.publish("later", 1);
    tokio::time::advance(INTERVAL).await;
    assert_eq!(version(&cache, "later").await, Some(1));
    assert_eq!(cache.unknown(), 0);
}

#[tokio::test(start_paused = true)]
async fn any_number_of_unknown_environments_takes_bounded_memory() {
    let store = Store::new();
    let cache = store.cache();
    for number in 0..3000 {
        assert_eq!(version(&cache, &format!("made-up-{number}")).await, None);
    }
    assert!(cache.unknown() <= 1000, "{}", cache.unknown());
    assert!(cache.versions().is_empty() && cache.problems().is_empty());
}

#[tokio::test(start_paused = true)]
async fn one_environment_too_many_displaces_the_one_longest_not_asked_for() {
    let store = Store::new();
    let cache = store.cache();
    for number in 0..KEPT_ENVIRONMENTS {
        cache.offer(&name(&format!("e{number}")), ruleset(1));
    }
    cache.poll().await;
    for number in (0..KEPT_ENVIRONMENTS).filter(|number| *number != 500) {
        version(&cache, &format!("e{number}")).await;
    }
    cache.offer(&name("one-more"), ruleset(1));
    let versions = cache.versions();
    assert_eq!(versions.len(), KEPT_ENVIRONMENTS);
    assert!(!versions.contains_key("e500") && versions.contains_key("one-more"));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_never_answers_holds_nobody_up_for_ever() {
    let store = Store::new();
    store.publish("prod", 1);
    let cache = store.cache();
    version(&cache, "prod").await;
    store.gate.forget_permits(1000);
    // Time is not real here: it passes as soon as everything waits.
    assert_eq!(version(&cache, "other").await, None);
    assert!(!store.cache().store_answers().await);
    cache.poll().await;
    assert_eq!(version(&cache, "prod").await, Some(1));
    assert!(problem(&cache, "prod").unwrap().contains("no answer within 10 s"));
}

#[tokio::test(start_paused = true)]
async fn however_often_a_version_is_told_of_one_look_goes_after_it() {
    let store = Store::new();
    store.publish("prod", 1);
    let cache = Arc::new(Cache::new(Source::Objects(store.clone()), INTERVAL));
    let version = async || cache.ruleset(&name("prod")).await.map(|ruleset| ruleset.version());
    assert!(cache.told(&name("prod"), 1).is_none(), "nobody has asked for it");
    assert_eq!(version().await, Some(1));
    assert!(cache.told(&name("prod"), 1).is_none(), "it is held");

    store.publish("prod", 3);
    let look = cache.told(&name("prod"), 2).unwrap();
    for told in (0..1000).rev() {
        assert!(cache.told(&name("prod"), told % 4).is_none(), "somebody is at it");
    }
    look.await;
    assert_eq!(version().await, Some(3));

    // What the store does not have yet is not waited for, and looked for again when it is told again.
    cache.told(&name("prod"), 9).unwrap().await;
    assert_eq!(version().await, Some(3));
    store.publish("prod", 9);
    cache.told(&name("prod"), 9).unwrap().await;
    assert_eq!(version().await, Some(9));

    // Nor does a store that hangs gather those who wait.
    store.gate.forget_permits(1000);
    let look = cache.told(&name("prod"), 10).unwrap();
    assert!((0..1000).all(|_| cache.told(&name("prod"), 11).is_none()));
    store.gate.add_permits(1000);
    store.publish("prod", 11);
    look.await;
    assert_eq!(version().await, Some(11));
}
