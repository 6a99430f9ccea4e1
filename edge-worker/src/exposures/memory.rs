//! Which exposures were recorded before, so that an exposure is sent once.

use std::{collections::HashSet, mem};

/// The number of exposures that are remembered: at least this many, at most twice as many.
pub(super) const REMEMBERED: usize = 32_768;

/// The hashes of recorded exposures. The oldest are forgotten.
#[derive(Debug, Default)]
pub(super) struct Memory {
    recent: HashSet<u64>,
    earlier: HashSet<u64>,
}

impl Memory {
    pub(super) fn contains(&self, hash: u64) -> bool {
        self.recent.contains(&hash) || self.earlier.contains(&hash)
    }

    pub(super) fn add(&mut self, hashes: &[u64]) {
        for &hash in hashes {
            self.recent.insert(hash);
            if self.recent.len() >= REMEMBERED {
                self.earlier = mem::take(&mut self.recent);
            }
        }
    }

    /// Forgets exposures that will not arrive, so that the next decision of the same user records them again.
    pub(super) fn forget(&mut self, hashes: &[u64]) {
        for hash in hashes {
            self.recent.remove(hash);
            self.earlier.remove(hash);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.recent.len() + self.earlier.len()
    }
}
