//! A number that comes again with other content, in the cache of a decision plane.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use std::{fs, path::Path, sync::Arc, time::Duration};

use edgewise_api::paths;
use edgewise_decide::{Cache, Source};
use edgewise_engine::Ruleset;
use support::{name, other_snapshot, publish, publish_hashed, snapshot};

fn cache(store: &Path) -> Arc<Cache> {
    Arc::new(Cache::new(Source::directory(store), Duration::from_secs(5)))
}

fn ruleset(json: &str) -> Ruleset {
    Ruleset::from_json(json.as_bytes()).unwrap()
}

/// Returns the hash of the snapshot that the cache decides from.
async fn live(cache: &Cache) -> u64 {
    cache.ruleset(&name("prod")).await.unwrap().snapshot_hash()
}

#[tokio::test]
async fn the_same_number_with_another_hash_is_loaded() {
    let (old, new) = (ruleset(&snapshot(3)).snapshot_hash(), ruleset(&other_snapshot(3)).snapshot_hash());
    let store = tempfile::tempdir().unwrap();
    publish_hashed(store.path(), "prod", 3, &snapshot(3));
    let cache = cache(store.path());
    assert_eq!(live(&cache).await, old);
    publish_hashed(store.path(), "prod", 3, &other_snapshot(3));
    cache.poll().await;
    assert_eq!(live(&cache).await, new);

    // Without hashes, the number alone counts.
    publish(store.path(), "prod", 3, &snapshot(3));
    cache.poll().await;
    assert_eq!(live(&cache).await, new);
    assert!(cache.problems().is_empty());
}

#[tokio::test]
async fn an_installed_ruleset_is_not_loaded_again() {
    let store = tempfile::tempdir().unwrap();
    publish_hashed(store.path(), "prod", 3, &snapshot(3));
    fs::remove_dir_all(store.path().join("configs/prod/snapshots")).unwrap();
    fs::remove_dir_all(store.path().join("configs/prod/rulesets")).unwrap();
    let cache = cache(store.path());
    cache.install(&name("prod"), ruleset(&snapshot(3)));
    cache.poll().await;
    assert!(cache.problems().is_empty(), "{:?}", cache.problems());
}

#[tokio::test]
async fn the_last_good_snapshot_stays_live_while_an_object_has_other_content_than_the_pointer_says() {
    let store = tempfile::tempdir().unwrap();
    publish_hashed(store.path(), "prod", 3, &snapshot(3));
    let cache = cache(store.path());
    let old = live(&cache).await;
    publish_hashed(store.path(), "prod", 4, &snapshot(4));
    let wrong = ruleset(&other_snapshot(4));
    fs::write(store.path().join(paths::ruleset(&name("prod"), 1, 4)), wrong.as_bytes()).unwrap();
    cache.poll().await;
    assert_eq!(live(&cache).await, old);
    let problem = cache.problems().remove(&name("prod")).unwrap();
    assert!(
        problem.contains("`configs/prod/rulesets/1/4.bin` is corrupt: it has other content"),
        "{problem}"
    );
}
