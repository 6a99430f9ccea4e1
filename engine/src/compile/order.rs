//! Sorting. The compiler sorts numbers only, by one function, because a sorting function for each type would be 1 kB of WASM
//! files each.

use alloc::vec::Vec;

use crate::ruleset::Id;

/// Sorts numbers, and removes repeated numbers.
#[inline(never)]
pub(super) fn sort_distinct(numbers: &mut Vec<u64>) {
    numbers.sort_unstable();
    numbers.dedup();
}

/// Sorts ids, and removes repeated ids.
pub(super) fn sorted<I: Id>(ids: Vec<I>) -> Vec<I> {
    let mut indexes: Vec<u64> = ids.into_iter().map(|id| id.index() as u64).collect();
    sort_distinct(&mut indexes);
    #[expect(clippy::cast_possible_truncation, reason = "the numbers were indexes")]
    indexes.into_iter().map(|index| I::from_index(index as usize)).collect()
}
