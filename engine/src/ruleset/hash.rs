//! The hash that identifies the snapshot of a ruleset.

use crate::murmur3;

/// Returns the hash of a snapshot's JSON that a ruleset contains: two murmur3 hashes, with seeds 0 (low half) and 1.
#[must_use]
pub fn snapshot_hash(json: &[u8]) -> u64 {
    let of_seed = |seed| u64::from(murmur3::Murmur3::with_seed(seed).update(json).finish());
    of_seed(0) | of_seed(1) << 32
}
