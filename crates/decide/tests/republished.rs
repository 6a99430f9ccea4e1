//! A number that comes again with other content, in the cache of a decision plane.
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use std::{fs, path::Path, sync::Arc, time::Duration};

use edgewise_api::{
    ContentHash,
    paths::{self, Hashes, Pointer},
};
use edgewise_decide::{Cache, Source};
use edgewise_engine::{Ruleset, ruleset::FORMAT};
use support::{name, other_snapshot, publish, snapshot};

fn cache(store: &Path) -> Arc<Cache> {
    Arc::new(Cache::new(Source::directory(store), Duration::from_secs(5)))
}

fn ruleset(json: &str) -> Ruleset {
    Ruleset::from_json(json.as_bytes()).unwrap()
}

/// Publishes a snapshot into a directory as the publisher does: with a ruleset, and its hash in version.json.
fn publish_compiled(root: &Path, version: u64, snapshot: &str) {
    publish(root, "prod", version, snapshot);
    let ruleset = ruleset(snapshot);
    let file = root.join(paths::ruleset(&name("prod"), FORMAT, version));
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, ruleset.as_bytes()).unwrap();
    let rulesets = [(FORMAT, ContentHash::of(ruleset.as_bytes()))].into();
    let sha256 = Hashes { snapshot: Some(ContentHash::of(snapshot.as_bytes())), rulesets };
    let pointer = serde_json::to_string(&Pointer { version, sha256 }).unwrap();
    fs::write(root.join(paths::version(&name("prod"))), pointer).unwrap();
}

/// Returns the hash of the snapshot that the cache decides from.
async fn live(cache: &Cache) -> u64 {
    cache.ruleset(&name("prod")).await.unwrap().snapshot_hash()
}

#[tokio::test]
async fn the_same_number_with_another_hash_is_loaded() {
    let (old, new) = (ruleset(&snapshot(3)).snapshot_hash(), ruleset(&other_snapshot(3)).snapshot_hash());
    let store = tempfile::tempdir().unwrap();
    publish_compiled(store.path(), 3, &snapshot(3));
    let cache = cache(store.path());
    assert_eq!(live(&cache).await, old);
    publish_compiled(store.path(), 3, &other_snapshot(3));
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
    publish_compiled(store.path(), 3, &snapshot(3));
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
    publish_compiled(store.path(), 3, &snapshot(3));
    let cache = cache(store.path());
    let old = live(&cache).await;
    publish_compiled(store.path(), 4, &snapshot(4));
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
