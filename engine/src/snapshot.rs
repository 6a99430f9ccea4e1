//! The published state of an environment: the interchange format, in JSON.

use alloc::{boxed::Box, string::String, vec::Vec};
use core::ops::RangeInclusive;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::{
    bucket::{Bucket, Salt},
    rules::Rule,
};

/// All that is live in one environment at one version.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// Counts 1, 2, 3 … per environment. A higher one replaces a lower one.
    pub version: u64,
    /// The environment's name.
    pub environment: String,
    /// When it was published: ISO 8601, UTC.
    pub published_at: String,
    /// The running experiments, in the order they are decided.
    pub experiments: Vec<Experiment>,
    /// What readers of the first format do not see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended: Option<Extended>,
}

/// The part of a snapshot that needs more than the first format's semantics.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Extended {
    /// What an engine must be able to do to decide this snapshot, such as `flags/1`.
    pub requires: Vec<String>,
}

/// A split of users into variants.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Experiment {
    /// Its id.
    pub id: String,
    /// What code calls it by.
    pub key: String,
    /// Divides users into buckets, independently of every other salt.
    pub salt: Salt,
    /// The rules of its audience. They and the targeting rules must both let a user through.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub audience_rules: Vec<Rule>,
    /// Its own rules.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub targeting_rules: Vec<Rule>,
    /// What users can get.
    pub variants: Vec<Variant>,
    /// Who gets it. The first that holds a user's bucket counts.
    pub allocations: Vec<Allocation>,
}

/// One of the things that an experiment's users can get.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Variant {
    /// Its id.
    pub id: String,
    /// What code calls it by.
    pub key: String,
    /// What it carries, exactly as published: absent, `null` or an object.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub payload: Option<Box<RawValue>>,
}

/// A range of buckets whose users get a variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Allocation {
    /// The variant's id.
    pub variant_id: String,
    /// The first bucket.
    pub range_start: i64,
    /// The last bucket, which belongs to the range.
    pub range_end: i64,
}

impl Allocation {
    /// The buckets it holds.
    #[must_use]
    pub const fn range(&self) -> RangeInclusive<i64> {
        self.range_start..=self.range_end
    }

    /// Whether it holds that bucket.
    #[must_use]
    pub fn holds(&self, bucket: Bucket) -> bool {
        self.range().contains(&i64::from(bucket.get()))
    }
}

/// Why a snapshot cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The bytes are not a snapshot: no JSON, a field missing or of the wrong type.
    #[error("not a snapshot: {0}")]
    Malformed(serde_json::Error),
    /// The snapshot needs an engine that can do more than this one.
    #[error("the snapshot needs `{0}`, which this engine lacks: use a newer version of Edgewise")]
    Unsupported(String),
}

impl Snapshot {
    /// Reads a snapshot as it was published.
    ///
    /// # Errors
    /// [`SnapshotError`] says why it cannot be used. Unknown operators are no error: they never match.
    pub fn from_json(json: &[u8]) -> Result<Self, SnapshotError> {
        let snapshot: Self = serde_json::from_slice(json).map_err(SnapshotError::Malformed)?;
        match snapshot.extended.as_ref().and_then(|extended| extended.requires.first()) {
            Some(capability) => Err(SnapshotError::Unsupported(capability.clone())),
            None => Ok(snapshot),
        }
    }
}

/// Reads a field that is there as `Some`, even if it is `null`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

fn null_as_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Rule>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
