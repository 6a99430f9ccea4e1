//! Buckets in a row.

/// Buckets there are. One is 0.01 %.
pub(crate) const BUCKETS: u32 = 10_000;

/// Buckets in a row that get the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// The id of what they get; `None` if they are unallocated.
    pub(crate) variant: Option<String>,
    /// How many.
    pub(crate) buckets: u32,
}
