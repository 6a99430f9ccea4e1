//! Snapshots, and directories with published snapshots.
#![allow(dead_code, reason = "each test uses some of the functions")]
#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails")]

use std::{fs, path::Path};

use edgewise_api::{EnvironmentName, paths};

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
