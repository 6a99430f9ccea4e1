//! The published state of an environment: the interchange format in JSON.

use alloc::{boxed::Box, string::String, vec::Vec};
use core::ops::RangeInclusive;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::{
    bucket::{Bucket, Salt},
    rules::Rule,
};

/// Everything that is live in one environment at one version.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The version: 1, 2, 3 … for each environment. A higher version replaces a lower version.
    pub version: u64,
    /// The environment's name.
    pub environment: String,
    /// The time of publishing: ISO 8601, UTC.
    pub published_at: String,
    /// The running experiments, in the order of decisions.
    pub experiments: Vec<Experiment>,
    /// The part that readers of the first format ignore.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended: Option<Extended>,
}

/// The part of a snapshot that goes beyond the semantics of the first format.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Extended {
    /// The capabilities that an engine needs to decide this snapshot, such as `flags/1`.
    pub requires: Vec<String>,
}

/// An experiment: a split of users into variants.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Experiment {
    /// The id.
    pub id: String,
    /// The key by which code refers to the experiment.
    pub key: String,
    /// The salt, which divides users into buckets, independently of other salts.
    pub salt: Salt,
    /// The rules of the audience. A user must match both the audience rules and the targeting rules.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub audience_rules: Vec<Rule>,
    /// The experiment's own targeting rules.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub targeting_rules: Vec<Rule>,
    /// The variants.
    pub variants: Vec<Variant>,
    /// The allocations of buckets to variants. The first allocation that contains a user's bucket counts.
    pub allocations: Vec<Allocation>,
}

/// A variant of an experiment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Variant {
    /// The id.
    pub id: String,
    /// The key by which code refers to the variant.
    pub key: String,
    /// The payload, exactly as published: absent, `null` or an object.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub payload: Option<Box<RawValue>>,
}

/// A range of buckets that is allocated to a variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Allocation {
    /// The variant's id.
    pub variant_id: String,
    /// The first bucket.
    pub range_start: i64,
    /// The last bucket, inclusive.
    pub range_end: i64,
}

impl Allocation {
    /// Returns the range of buckets.
    #[must_use]
    pub const fn range(&self) -> RangeInclusive<i64> {
        self.range_start..=self.range_end
    }

    /// Returns whether the range contains `bucket`.
    #[must_use]
    pub fn contains(&self, bucket: Bucket) -> bool {
        self.range().contains(&i64::from(bucket.get()))
    }
}

/// The error of reading a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The bytes are not a snapshot: not JSON, or a field is missing or has the wrong type.
    #[error("not a snapshot: {0}")]
    Malformed(serde_json::Error),
    /// The snapshot needs a capability that this engine lacks.
    #[error("the snapshot needs `{0}`, which this engine lacks: use a newer version of Edgewise")]
    Unsupported(String),
}

impl Snapshot {
    /// Reads a published snapshot.
    ///
    /// # Errors
    /// Returns [`SnapshotError`] if the snapshot cannot be used. An unknown operator is not an error: its condition never
    /// matches.
    pub fn from_json(json: &[u8]) -> Result<Self, SnapshotError> {
        let snapshot: Self = serde_json::from_slice(json).map_err(SnapshotError::Malformed)?;
        match snapshot.extended.as_ref().and_then(|extended| extended.requires.first()) {
            Some(capability) => Err(SnapshotError::Unsupported(capability.clone())),
            None => Ok(snapshot),
        }
    }
}

/// Reads a present field as `Some`, even if the field is `null`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

fn null_as_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Rule>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}
