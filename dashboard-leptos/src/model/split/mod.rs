//! Editable splits: the assignment of buckets to variants.

mod buckets;
mod percent;
mod segment;
mod shares;
#[cfg(test)]
mod tests;

pub(crate) use percent::{parse_percent, percent};
pub(crate) use segment::{BUCKETS, Segment};
pub(crate) use shares::{Impact, MAX_RANGES, Split};
