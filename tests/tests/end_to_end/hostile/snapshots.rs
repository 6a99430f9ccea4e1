//! A store with invalid objects: the last good version stays live, `/health` reports the error, and the plane recovers when
//! the store is repaired.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::planes::{Plane, eventually};

/// A decision plane with a directory that the test writes to like a publisher.
struct Store {
    plane: Plane,
    environment: PathBuf,
    _directory: TempDir,
}

impl Store {
    fn start() -> Self {
        let directory = TempDir::new().unwrap();
        let environment = directory.path().join("configs/prod");
        fs::create_dir_all(environment.join("snapshots")).unwrap();
        let store = format!("file:{}", directory.path().display());
        let options = ["--snapshot-store", &store, "--poll-interval", "0.02"];
        let plane = Plane::start("decide", directory.path(), &options);
        Self { plane, environment, _directory: directory }
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        // The file is renamed into place, like a publisher does, so that the plane never reads a partial file.
        let new = self.environment.join(".new");
        fs::write(&new, content).unwrap();
        fs::rename(new, self.environment.join(path)).unwrap();
    }

    fn point_to(&self, version: u64) {
        self.write("version.json", json!({"version": version}).to_string());
    }

    fn publish(&self, version: u64) {
        self.write(&format!("snapshots/{version}.json"), snapshot(version));
        self.point_to(version);
    }

    /// Returns the version that decisions are based on.
    fn version(&self) -> Option<u64> {
        let reply = self.plane.api.get("/decide?user_key=u&env=prod");
        match reply.status {
            200 => {
                let response = reply.json();
                let variant = format!("v{}", response["config_version"]);
                assert_eq!(response["assignments"][0]["variant_key"], json!(variant), "{response}");
                response["config_version"].as_u64()
            }
            _ => {
                reply.error(503);
                None
            }
        }
    }

    /// Waits until `/health` reports an error that contains `part`, and returns the error. Only one environment has an error.
    fn problem(&self, part: &str) -> String {
        eventually(&format!("`/health` reports {part}"), || {
            let health = self.plane.root().get("/health").json();
            let errors = health["config_errors"].as_object()?;
            assert!(errors.keys().eq(["prod"]), "{health}");
            errors["prod"].as_str().filter(|text| text.contains(part)).map(str::to_owned)
        })
    }

    /// Waits until decisions are based on a version, and there is no error any more.
    fn await_recovery(&self, version: u64) {
        eventually(&format!("version {version} is decided from"), || {
            let health = self.plane.root().get("/health").json();
            let well = health.get("config_errors").is_none_or(|errors| *errors == json!({}));
            (well && self.version() == Some(version)).then_some(health)
        });
        let health = self.plane.root().get("/health").is(200);
        assert_eq!(health["config_versions"], json!({"prod": version}));
    }
}

/// Returns a snapshot with one experiment, in which all users get a variant that is named after the version.
fn snapshot(version: u64) -> String {
    json!({
        "version": version, "environment": "prod", "publishedAt": "2026-01-01T00:00:00.000Z",
        "experiments": [{
            "id": "e", "key": "e", "salt": "s", "audienceRules": [], "targetingRules": [],
            "variants": [{"id": "v", "key": format!("v{version}"), "payload": {"is": "whole"}}],
            "allocations": [{"variantId": "v", "rangeStart": 0, "rangeEnd": 9999}],
        }],
    })
    .to_string()
}

#[test]
fn the_last_good_version_stays_live_with_a_corrupt_pointer() {
    let store = Store::start();
    store.publish(1);
    assert_eq!(store.version(), Some(1));
    for (number, pointer) in [
        "",
        "{",
        "{\"version\":",
        "null",
        "[]",
        "{}",
        "{\"version\":null}",
        "{\"version\":-2}",
        "{\"version\":2.5}",
        "{\"version\":\"2\"}",
        "{\"version\":1e999}",
        "{\"version\":18446744073709551616}",
        "\u{0}\u{0}\u{0}",
        "<html>",
    ]
    .into_iter()
    .enumerate()
    {
        let next = number as u64 + 2;
        store.write("version.json", pointer);
        store.problem("version.json");
        assert_eq!(store.version(), Some(next - 1), "{pointer}");
        store.publish(next);
        store.await_recovery(next);
    }
    store.write("version.json", [0xff, 0xfe, 0x00]);
    store.problem("version.json");
    let log = store.plane.log();
    assert!(log.contains("version.json") && log.contains("prod"), "{log}");
}

#[test]
fn the_last_good_version_stays_live_with_a_corrupt_snapshot() {
    let store = Store::start();
    store.publish(1);
    assert_eq!(store.version(), Some(1));
    let whole = snapshot(2);
    let without = |field: &str| {
        let mut snapshot: Value = serde_json::from_str(&whole).unwrap();
        snapshot.as_object_mut().unwrap().remove(field);
        snapshot.to_string()
    };
    let mut versions = 1;
    for content in [
        String::new(),
        whole[..whole.len() / 2].to_owned(),
        whole[..whole.len() - 1].to_owned(),
        format!("{whole}}}"),
        whole.replace("\"experiments\":[", "\"experiments\":[7,"),
        whole.replace("\"rangeEnd\":9999", "\"rangeEnd\":\"all\""),
        whole.replace("\"variants\":", "\"variant\":"),
        without("experiments"),
        without("version"),
        "null".to_owned(),
        "[]".to_owned(),
        "{\"a\":".repeat(10_000),
        format!("{{\"experiments\":{}", "[".repeat(10_000)),
    ] {
        versions += 1;
        store.write(&format!("snapshots/{versions}.json"), &content);
        store.point_to(versions);
        store.problem(&format!("snapshots/{versions}.json"));
        assert_eq!(store.version(), Some(versions - 1), "{content}");
        // A repaired snapshot is loaded without a change of the pointer.
        store.write(&format!("snapshots/{versions}.json"), snapshot(versions));
        store.await_recovery(versions);
    }
}

#[test]
fn the_last_good_version_stays_live_with_a_pointer_to_a_missing_snapshot() {
    let store = Store::start();
    store.publish(1);
    assert_eq!(store.version(), Some(1));
    store.point_to(9);
    store.problem("9");
    assert_eq!(store.version(), Some(1));
    store.publish(10);
    store.await_recovery(10);

    // The plane does not go back to an older version, and an older version is not an error.
    store.publish(3);
    store.point_to(3);
    store.publish(11);
    store.await_recovery(11);
    store.point_to(3);
    store.write("snapshots/3.json", "{");
    fs::remove_file(store.environment.join("snapshots/11.json")).unwrap();
    store.publish(12);
    store.await_recovery(12);

    // The loaded version also stays live when the store is emptied.
    fs::remove_dir_all(&store.environment).unwrap();
    store.problem("");
    assert_eq!(store.version(), Some(12));
    fs::create_dir_all(store.environment.join("snapshots")).unwrap();
    store.publish(13);
    store.await_recovery(13);
}

#[test]
fn a_snapshot_that_is_corrupt_from_the_start_is_loaded_once_it_is_repaired() {
    let store = Store::start();
    store.write("version.json", "{\"version\":");
    assert_eq!(store.version(), None);
    store.problem("version.json");
    let health = store.plane.root().get("/health").json();
    assert_eq!(health["config_versions"], json!({"prod": null}));
    // An environment with a valid snapshot is served in the meantime.
    let other = store.environment.parent().unwrap().join("other/snapshots");
    fs::create_dir_all(&other).unwrap();
    fs::write(other.join("latest.json"), snapshot(7)).unwrap();
    let decided = store.plane.api.get("/decide?user_key=u&env=other").is(200);
    assert_eq!(decided["config_version"], 7);
    fs::remove_dir_all(other.parent().unwrap()).unwrap();

    store.publish(1);
    eventually("the repair is noticed", || (store.version() == Some(1)).then_some(()));
}
