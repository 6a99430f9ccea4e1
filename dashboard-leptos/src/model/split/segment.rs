//! Segments of a split.

use crate::model::kept;

/// The number of buckets. A bucket is 0.01 %.
pub(crate) const BUCKETS: u32 = 10_000;

kept! {
    /// Consecutive buckets with the same variant.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(crate) struct Segment {
        /// The variant's id; `None` for unallocated buckets.
        pub(crate) variant: Option<String>,
        pub(crate) buckets: u32,
    }
}
