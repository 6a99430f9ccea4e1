//! Snapshots, and directories with published snapshots.
#![allow(dead_code, reason = "each test uses some of the functions")]
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

use std::{fs, path::Path};

use edgewise_api::{
    ContentHash, EnvironmentName,
    paths::{self, Hashes, Pointer},
};

pub(crate) fn name(environment: &str) -> EnvironmentName {
    EnvironmentName::new(environment).unwrap()
}

/// Returns a snapshot in which every user gets the variant `v{version}` of the experiment `e`.
pub(crate) fn snapshot(version: u64) -> String {
    serde_json::json!({
        "version": version, "environment": "prod", "publishedAt": "2026-01-01T00:00:00.000Z",
        "experiments": [{
            "id": "id-e", "key": "e", "salt": "s", "audienceRules": [], "targetingRules": [],
            "variants": [{"id": "id-v", "key": format!("v{version}"), "payload": null}],
            "allocations": [{"variantId": "id-v", "rangeStart": 0, "rangeEnd": 9999}],
        }],
    })
    .to_string()
}

/// Returns another snapshot of the same version, in which every user gets the variant `w{version}`.
pub(crate) fn other_snapshot(version: u64) -> String {
    snapshot(version).replace(&format!("\"v{version}\""), &format!("\"w{version}\""))
}

/// Publishes a snapshot into a directory, with its hash in version.json.
pub(crate) fn publish_hashed(root: &Path, environment: &str, version: u64, snapshot: &str) {
    publish(root, environment, version, snapshot);
    let sha256 = Hashes { snapshot: Some(ContentHash::of(snapshot.as_bytes())), ..Hashes::default() };
    let pointer = serde_json::to_string(&Pointer { version, sha256 }).unwrap();
    fs::write(root.join(paths::version(&name(environment))), pointer).unwrap();
}

/// Publishes a snapshot into a directory, in the layout of the store.
pub(crate) fn publish(root: &Path, environment: &str, version: u64, snapshot: &str) {
    let environment = name(environment);
    let write = |path: String, text: &str| {
        let file = root.join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    write(paths::snapshot(&environment, version), snapshot);
    write(paths::latest(&environment), snapshot);
    write(paths::version(&environment), &format!("{{\"version\":{version}}}"));
}
