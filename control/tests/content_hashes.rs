//! The hashes in version.json: of what the object store really holds.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod support;

use std::{path::Path, sync::Arc};

use edgewise_api::{ContentHash, paths::Pointer, resources::VersionState};
use edgewise_caller::Principal;
use edgewise_control::{
    Control, Options,
    store::{Store, Version},
};
use edgewise_engine::{Ruleset, murmur3};
use edgewise_objects::{Condition, Directory, ObjectStore};
use support::eventually;

const SNAPSHOT: &str = r#"{"version":7,"environment":"prod","publishedAt":"","experiments":[]}"#;
const POINTER: &str = "configs/prod/version.json";
const RULESET: &str = "configs/prod/rulesets/1/7.bin";

/// Returns a ruleset as another release could have compiled it: other bytes, with the same meaning.
fn of_another_release(ruleset: &Ruleset) -> Vec<u8> {
    let mut bytes = ruleset.as_bytes().to_vec();
    // An engine ignores what it does not know after the sections.
    bytes.extend([0; 4]);
    let length = u32::try_from(bytes.len()).unwrap();
    bytes[12..16].copy_from_slice(&length.to_le_bytes());
    let checksum = murmur3::hash(&bytes[12..]);
    bytes[8..12].copy_from_slice(&checksum.to_le_bytes());
    assert_eq!(Ruleset::load(bytes.clone()).unwrap().snapshot_hash(), ruleset.snapshot_hash());
    bytes
}

/// Writes objects into an object store, and then lets a process publish version 7, which another process has recorded. Returns
/// the object store.
async fn finish_pending(root: &Path, objects: &[(&str, &[u8])]) -> Arc<Directory> {
    let url = format!("sqlite://{}/edgewise.db", root.display());
    let store = Store::open(&url).await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.insert_environment("e", "prod", 1).await.unwrap();
    let pending = Version {
        number: 7,
        state: VersionState::Pending,
        snapshot: SNAPSHOT.to_owned(),
        changes: 0,
        created_at: 1,
        created_by: None,
        experiments: None,
        restores: None,
    };
    tx.insert_pending("e", &pending).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    drop(store);

    let directory = Arc::new(Directory::open(&root.join("snapshots")).unwrap());
    for (path, bytes) in objects {
        directory.put(path, bytes, Condition::Absent).await.unwrap();
    }
    let control = Control::start(Options::new(url), directory.clone(), Arc::new(|_, _| {})).await;
    let control = control.unwrap();
    let principal = Principal::for_rest_extractor();
    eventually("the version is no longer pending", async || {
        control.services().publication(&principal, "e").await.unwrap().pending_version.is_none()
    })
    .await;
    control.stop().await;
    directory
}

async fn bytes(store: &Directory, path: &str) -> Vec<u8> {
    store.get(path).await.unwrap().unwrap().bytes
}

/// Returns the hashes that version.json names, after checking that it names version 7.
async fn named(store: &Directory) -> (ContentHash, ContentHash) {
    let pointer: Pointer = serde_json::from_slice(&bytes(store, POINTER).await).unwrap();
    assert_eq!(pointer.version, 7);
    (pointer.sha256.snapshot.unwrap(), pointer.sha256.rulesets[&1])
}

#[tokio::test]
async fn version_json_names_the_hashes_of_the_stored_objects() {
    let root = tempfile::tempdir().unwrap();
    let store = finish_pending(root.path(), &[]).await;
    let snapshot = ContentHash::of(&bytes(&store, "configs/prod/snapshots/7.json").await);
    let ruleset = ContentHash::of(&bytes(&store, RULESET).await);
    assert_eq!(named(&store).await, (snapshot, ruleset));
    let text =
        format!(r#"{{"version":7,"sha256":{{"snapshot":"{snapshot}","rulesets":{{"1":"{ruleset}"}}}}}}"#);
    assert_eq!(bytes(&store, POINTER).await, text.into_bytes());
}

#[tokio::test]
async fn version_json_names_the_hash_of_a_ruleset_that_another_release_has_written() {
    let compiled = Ruleset::from_json(SNAPSHOT.as_bytes()).unwrap();
    let existing = of_another_release(&compiled);
    let root = tempfile::tempdir().unwrap();
    let store = finish_pending(root.path(), &[(RULESET, &existing)]).await;
    assert_eq!(bytes(&store, RULESET).await, existing);
    assert_eq!(named(&store).await.1, ContentHash::of(&existing));
}

#[tokio::test]
async fn a_version_json_of_this_version_without_the_right_hashes_is_written_anew() {
    let other = ContentHash::of(b"other");
    for earlier in [
        r#"{"version":7}"#.to_owned(),
        format!(r#"{{"version":7,"sha256":{{"snapshot":"{other}","rulesets":{{"1":"{other}"}}}}}}"#),
        r#"{"version":7,"sha256":{"rulesets":{"1":"malformed"}}}"#.to_owned(),
    ] {
        let root = tempfile::tempdir().unwrap();
        let store = finish_pending(root.path(), &[(POINTER, earlier.as_bytes())]).await;
        let ruleset = ContentHash::of(&bytes(&store, RULESET).await);
        assert_eq!(named(&store).await, (ContentHash::of(SNAPSHOT.as_bytes()), ruleset));
    }
}

#[tokio::test]
async fn a_later_version_json_keeps_its_hashes() {
    let later = format!(r#"{{"version":8,"sha256":{{"snapshot":"{}"}}}}"#, ContentHash::of(b"later"));
    let root = tempfile::tempdir().unwrap();
    let store = finish_pending(root.path(), &[(POINTER, later.as_bytes())]).await;
    // Version 8 is another system's, so version 7 is superseded.
    assert_eq!(bytes(&store, POINTER).await, later.into_bytes());
}
