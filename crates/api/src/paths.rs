//! The paths of published objects in an object store.

use crate::name::EnvironmentName;

/// The highest version that all clients can represent exactly: 2^53 − 1.
pub const MAX_VERSION: u64 = (1 << 53) - 1;

/// Returns the path of the pointer to the live version, `{"version": n}`. A publish writes the pointer last.
#[must_use]
pub fn version(environment: &EnvironmentName) -> String {
    format!("configs/{environment}/version.json")
}

/// Returns the path of the latest snapshot, which readers of the first format load first.
#[must_use]
pub fn latest(environment: &EnvironmentName) -> String {
    format!("configs/{environment}/snapshots/latest.json")
}

/// Returns the path of a version's snapshot, which never changes once written.
#[must_use]
pub fn snapshot(environment: &EnvironmentName, version: u64) -> String {
    format!("configs/{environment}/snapshots/{version}.json")
}

/// Returns the path of a version's ruleset in a format, which never changes once written.
#[must_use]
pub fn ruleset(environment: &EnvironmentName, format: u32, version: u64) -> String {
    format!("configs/{environment}/rulesets/{format}/{version}.bin")
}

/// Returns the media type of the object at `path`.
#[must_use]
pub fn media_type(path: &str) -> &'static str {
    if path.ends_with(".bin") { "application/octet-stream" } else { "application/json" }
}

/// Returns the value of the Cache-Control header for the object at `path`: the content of a version never changes, a
/// pointer may change at any time.
#[must_use]
pub fn cache_control(path: &str) -> &'static str {
    if is_immutable(path) { "public, max-age=31536000, immutable" } else { "public, max-age=1" }
}

/// Returns whether the object at `path` never changes.
#[must_use]
pub fn is_immutable(path: &str) -> bool {
    !(path.ends_with("/version.json") || path.ends_with("/latest.json"))
}

/// The content of the pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Pointer {
    /// The live version.
    pub version: u64,
}
