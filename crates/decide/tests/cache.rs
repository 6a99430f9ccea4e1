//! The cache of a decision plane, with a store that changes, fails, hangs, and loses objects.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

#[path = "support/store.rs"]
mod store;
mod support;

use std::sync::{Arc, atomic::Ordering};

use edgewise_api::paths;
use edgewise_decide::{Cache, MAX_ENVIRONMENTS, Source};
use edgewise_engine::Ruleset;
use store::{INTERVAL, Store};
use support::{name, snapshot};
use tokio::task::yield_now;

fn ruleset(version: u64) -> Ruleset {
    Ruleset::from_json(snapshot(version).as_bytes()).unwrap()
}

async fn version(cache: &Cache, environment: &str) -> Option<u64> {
    cache.ruleset(&name(environment)).await.map(|ruleset| ruleset.version())
}

fn problem(cache: &Cache, environment: &str) -> Option<String> {
    cache.problems().remove(&name(environment))
}

#[tokio::test(start_paused = true)]
async fn an_environment_is_loaded_at_its_first_request() {
    let store = Store::new();
    store.publish("prod", 3);
    let cache = store.cache();
    assert!(cache.versions().is_empty());
    assert_eq!(version(&cache, "prod").await, Some(3));
    assert_eq!(cache.versions().get("prod"), Some(&Some(3)));
    assert!(cache.problems().is_empty());
}

#[tokio::test(start_paused = true)]
async fn many_first_requests_cause_one_poll() {
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
async fn an_installed_ruleset_is_live_at_once_unless_it_is_older() {
    let store = Store::new();
    let cache = store.cache();
    assert_eq!(version(&cache, "prod").await, None);
    cache.install(&name("prod"), ruleset(7));
    assert_eq!(version(&cache, "prod").await, Some(7));
    cache.install(&name("prod"), ruleset(6));
    assert_eq!(version(&cache, "prod").await, Some(7));
}

#[tokio::test(start_paused = true)]
async fn a_running_poll_does_not_replace_a_newer_installed_ruleset() {
    let store = Store::new();
    store.publish("prod", 1);
    let cache = store.cache();
    version(&cache, "prod").await;
    store.publish("prod", 2);
    let before = store.gets();
    let closed = store.gate.acquire_many(1000).await.unwrap();
    let poll = tokio::spawn({
        let cache = cache.clone();
        async move { cache.poll().await }
    });
    while store.gets() == before {
        yield_now().await;
    }
    cache.install(&name("prod"), ruleset(3));
    drop(closed);
    poll.await.unwrap();
    assert_eq!(version(&cache, "prod").await, Some(3));
}

#[tokio::test(start_paused = true)]
async fn the_last_good_snapshot_stays_live_while_the_next_one_is_corrupt_or_the_store_fails() {
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
async fn the_last_good_snapshot_stays_live_when_the_store_has_lost_all_objects() {
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
async fn an_environment_whose_first_snapshot_is_corrupt_is_reported_and_recovers() {
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
    let gets = store.gets();
    assert_eq!(version(&cache, "later").await, None);
    assert_eq!(store.gets(), gets);

    store.publish("later", 1);
    tokio::time::advance(INTERVAL).await;
    assert_eq!(version(&cache, "later").await, Some(1));
    assert_eq!(cache.unknown_environments(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_number_of_unknown_environments_is_bounded() {
    let store = Store::new();
    let cache = store.cache();
    for number in 0..3000 {
        assert_eq!(version(&cache, &format!("made-up-{number}")).await, None);
    }
    assert!(cache.unknown_environments() <= 1000, "{}", cache.unknown_environments());
    assert!(cache.versions().is_empty() && cache.problems().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_environment_beyond_the_limit_evicts_the_least_recently_used_one() {
    let store = Store::new();
    let cache = store.cache();
    for number in 0..MAX_ENVIRONMENTS {
        cache.install(&name(&format!("e{number}")), ruleset(1));
    }
    cache.poll().await;
    for number in (0..MAX_ENVIRONMENTS).filter(|number| *number != 500) {
        version(&cache, &format!("e{number}")).await;
    }
    cache.install(&name("one-more"), ruleset(1));
    let versions = cache.versions();
    assert_eq!(versions.len(), MAX_ENVIRONMENTS);
    assert!(!versions.contains_key("e500") && versions.contains_key("one-more"));
}

#[tokio::test(start_paused = true)]
async fn requests_do_not_wait_for_ever_for_a_store_that_hangs() {
    let store = Store::new();
    store.publish("prod", 1);
    let cache = store.cache();
    version(&cache, "prod").await;
    store.gate.forget_permits(1000);
    // The test's clock is paused: time passes as soon as all tasks wait.
    assert_eq!(version(&cache, "other").await, None);
    assert!(!store.cache().store().is_usable().await);
    cache.poll().await;
    assert_eq!(version(&cache, "prod").await, Some(1));
    assert!(problem(&cache, "prod").unwrap().contains("no response within 10 s"));
}

#[tokio::test(start_paused = true)]
async fn many_notifications_of_a_version_cause_one_poll() {
    let store = Store::new();
    store.publish("prod", 1);
    let cache = Arc::new(Cache::new(Source::Objects(store.clone()), INTERVAL));
    let version = async || cache.ruleset(&name("prod")).await.map(|ruleset| ruleset.version());
    assert!(cache.notify(&name("prod"), 1).is_none(), "the environment was never requested");
    assert_eq!(version().await, Some(1));
    assert!(cache.notify(&name("prod"), 1).is_none(), "the version is loaded");

    store.publish("prod", 3);
    let load = cache.notify(&name("prod"), 2).unwrap();
    for number in (0..1000).rev() {
        assert!(cache.notify(&name("prod"), number % 4).is_none(), "another task is loading the version");
    }
    load.await.unwrap();
    assert_eq!(version().await, Some(3));

    // The cache does not wait for a version that the store does not have yet. A further notification polls again.
    cache.notify(&name("prod"), 9).unwrap().await.unwrap();
    assert_eq!(version().await, Some(3));
    store.publish("prod", 9);
    cache.notify(&name("prod"), 9).unwrap().await.unwrap();
    assert_eq!(version().await, Some(9));

    // Notifications do not accumulate while the store hangs.
    store.gate.forget_permits(1000);
    let load = cache.notify(&name("prod"), 10).unwrap();
    assert!((0..1000).all(|_| cache.notify(&name("prod"), 11).is_none()));
    store.gate.add_permits(1000);
    store.publish("prod", 11);
    load.await.unwrap();
    assert_eq!(version().await, Some(11));
}

#[tokio::test(start_paused = true)]
async fn a_notification_after_an_aborted_load_loads_the_version() {
    let store = Store::new();
    store.publish("prod", 1);
    let cache = store.cache();
    assert_eq!(version(&cache, "prod").await, Some(1));
    store.publish("prod", 2);
    let load = cache.notify(&name("prod"), 2).unwrap();
    load.abort();
    assert!(load.await.unwrap_err().is_cancelled());
    cache.notify(&name("prod"), 2).unwrap().await.unwrap();
    assert_eq!(version(&cache, "prod").await, Some(2));
}
