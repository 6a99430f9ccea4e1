//! The paths of published objects in an object store, and the pointer to the live version.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::{content_hash::ContentHash, name::EnvironmentName};

/// The highest version that all clients can represent exactly: 2^53 − 1.
pub const MAX_VERSION: u64 = (1 << 53) - 1;

/// Returns the path of the pointer to the live version, a [`Pointer`]. A publish writes the pointer last.
#[must_use]
pub fn version(environment: &EnvironmentName) -> String {
    format!("configs/{environment}/version.json")
}

/// Returns the path of the latest snapshot, which readers of the first format load first.
#[must_use]
pub fn latest(environment: &EnvironmentName) -> String {
    format!("configs/{environment}/snapshots/latest.json")
}

/// Returns the path of a version's snapshot, which never changes once written. Only a store whose objects were removed or
/// restored can have other content at the same path.
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

/// The content of the pointer, such as `{"version":3,"sha256":{"snapshot":"…","rulesets":{"1":"…"}}}`. Readers of the first
/// format read `version` alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    /// The live version.
    pub version: u64,
    /// The hashes of the version's objects.
    #[serde(default, skip_serializing_if = "Hashes::is_empty")]
    pub sha256: Hashes,
}

/// The hashes of the objects of a version, as the store holds the objects. A hash that is missing or malformed counts as
/// unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Hashes {
    /// The hash of the snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<ContentHash>,
    /// The hash of the ruleset in each format.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub rulesets: BTreeMap<u32, ContentHash>,
}

impl Hashes {
    /// Returns whether no hash is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.snapshot.is_none() && self.rulesets.is_empty()
    }

    /// Returns the hash that tells the content of a version from other content with the same number, for a reader of rulesets
    /// in `format`: the hash of the ruleset, or else the hash of the snapshot.
    #[must_use]
    pub fn identity(&self, format: u32) -> Option<ContentHash> {
        self.rulesets.get(&format).copied().or(self.snapshot)
    }
}

impl<'de> Deserialize<'de> for Hashes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = Value::deserialize(deserializer)?;
        let hash = |given: &Value| given.as_str()?.parse().ok();
        let rulesets = given.get("rulesets").and_then(Value::as_object).into_iter().flatten();
        Ok(Self {
            snapshot: given.get("snapshot").and_then(hash),
            rulesets: rulesets
                .filter_map(|(format, given)| Some((format.parse().ok()?, hash(given)?)))
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_begins_with_the_version() {
        let hash = ContentHash::of(b"");
        let hashes = Hashes { snapshot: Some(hash), rulesets: BTreeMap::from([(1, hash), (2, hash)]) };
        let pointer = Pointer { version: 3, sha256: hashes };
        let json = format!(
            r#"{{"version":3,"sha256":{{"snapshot":"{hash}","rulesets":{{"1":"{hash}","2":"{hash}"}}}}}}"#
        );
        assert_eq!(serde_json::to_string(&pointer).unwrap(), json);
        assert_eq!(serde_json::from_str::<Pointer>(&json).unwrap(), pointer);
        let bare = Pointer { version: 3, ..Pointer::default() };
        assert_eq!(serde_json::to_string(&bare).unwrap(), r#"{"version":3}"#);
    }

    #[test]
    fn a_malformed_hash_counts_as_unknown() {
        let hash = ContentHash::of(b"");
        let read = |sha256: &str| {
            let json = format!(r#"{{"version":3,"sha256":{sha256},"access":"key"}}"#);
            serde_json::from_str::<Pointer>(&json).unwrap().sha256
        };
        for none in ["null", "7", "\"x\"", "[]", "{}", r#"{"snapshot":7,"rulesets":{"1":"AB","x":null}}"#] {
            assert_eq!(read(none), Hashes::default(), "{none}");
        }
        let some = read(&format!(r#"{{"snapshot":"{hash}","rulesets":{{"1":"{hash}0","2":"{hash}"}}}}"#));
        assert_eq!((some.identity(1), some.rulesets.len()), (Some(hash), 1));
    }
}
