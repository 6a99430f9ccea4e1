//! Segments of a split.

use serde::{Deserialize, Serialize};

/// The number of buckets. A bucket is 0.01 %.
pub(crate) const BUCKETS: u32 = 10_000;

/// Consecutive buckets with the same variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Segment {
    /// The variant's id; `None` for unallocated buckets.
    pub(crate) variant: Option<String>,
    pub(crate) buckets: u32,
}
