//! Where the parts of a snapshot lie in an object store.

use crate::name::EnvironmentName;

/// The highest version that all clients can count to: 2^53 − 1.
pub const MAX_VERSION: u64 = (1 << 53) - 1;

/// The pointer to what is live, written last: `{"version": n}`.
#[must_use]
pub fn version(environment: &EnvironmentName) -> String {
    format!("configs/{environment}/version.json")
}

/// The snapshot that readers of the first format load first.
#[must_use]
pub fn latest(environment: &EnvironmentName) -> String {
    format!("configs/{environment}/snapshots/latest.json")
}

/// A version's snapshot. Once written, it never changes.
#[must_use]
pub fn snapshot(environment: &EnvironmentName, version: u64) -> String {
    format!("configs/{environment}/snapshots/{version}.json")
}

/// A version's ruleset, in a certain format. Once written, it never changes.
#[must_use]
pub fn ruleset(environment: &EnvironmentName, format: u32, version: u64) -> String {
    format!("configs/{environment}/rulesets/{format}/{version}.bin")
}

/// The media type of what lies at `path`.
#[must_use]
pub fn media_type(path: &str) -> &'static str {
    if path.ends_with(".bin") { "application/octet-stream" } else { "application/json" }
}

/// How long what lies at `path` may be cached, as the value of a Cache-Control header: a version never changes,
/// a pointer may at any moment.
#[must_use]
pub fn cache_control(path: &str) -> &'static str {
    if path.ends_with("/version.json") || path.ends_with("/latest.json") {
        "public, max-age=1"
    } else {
        "public, max-age=31536000, immutable"
    }
}

/// The pointer's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Pointer {
    /// The version that is live.
    pub version: u64,
}
