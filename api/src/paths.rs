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

/// The pointer's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Pointer {
    /// The version that is live.
    pub version: u64,
}
