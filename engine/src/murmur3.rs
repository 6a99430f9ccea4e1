//! MurmurHash3, the x86 32-bit variant with seed 0 (Austin Appleby, public domain; SMHasher's
//! `MurmurHash3_x86_32`, verification value `0xB0F57EE3`).
//!
//! The hash takes its input in pieces, so that what several inputs begin with is hashed once:
//!
//! ```
//! use edgewise_engine::murmur3::{Murmur3, hash};
//!
//! let prefix = Murmur3::new().update(b"user-1:");
//! assert_eq!(prefix.update(b"salt-1").finish(), hash(b"user-1:salt-1"));
//! ```

use alloc::vec::Vec;

pub(crate) const C1: u32 = 0xcc9e_2d51;
pub(crate) const C2: u32 = 0x1b87_3593;

/// The hash of `bytes` with seed 0.
#[must_use]
pub fn hash(bytes: &[u8]) -> u32 {
    Murmur3::new().update(bytes).finish()
}

/// The state of a hash over the bytes seen so far. Copying it is cheap.
#[derive(Clone, Copy, Debug)]
pub struct Murmur3 {
    pub(crate) state: u32,
    /// Bytes that do not fill a block yet, the first in the lowest byte.
    pub(crate) tail: u32,
    /// How many bytes have been seen; the lowest two bits say how many wait in `tail`.
    pub(crate) len: u32,
}

impl Murmur3 {
    /// The hash of nothing yet, with seed 0.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_seed(0)
    }

    /// As [`Murmur3::new`], with another seed. Buckets always use seed 0.
    #[must_use]
    pub const fn with_seed(seed: u32) -> Self {
        Self { state: seed, tail: 0, len: 0 }
    }

    /// The state after `bytes` too.
    #[must_use]
    #[inline]
    pub fn update(mut self, bytes: &[u8]) -> Self {
        let waiting = self.waiting();
        self.len = self.len_after(bytes.len());

        let (blocks, rest) = bytes.as_chunks::<4>();
        for block in blocks {
            let (block, left) = behind(self.tail, waiting, u32::from_le_bytes(*block));
            self.mix(block);
            self.tail = left;
        }
        let last = word(rest);
        let (block, left) = behind(self.tail, waiting, last);
        if waiting as usize + rest.len() < 4 {
            self.tail = block;
        } else {
            self.mix(block);
            self.tail = left;
        }
        self
    }

    /// The state after the four bytes of `block` too, the first in the lowest byte.
    #[inline]
    pub(crate) fn update_block(mut self, block: u32) -> Self {
        let (block, left) = behind(self.tail, self.waiting(), block);
        self.len = self.len_after(4);
        self.mix(block);
        self.tail = left;
        self
    }

    /// The state after one byte more.
    #[inline]
    pub(crate) const fn push(mut self, byte: u8) -> Self {
        self.tail |= (byte as u32) << (8 * self.waiting());
        self.len = self.len_after(1);
        if self.waiting() == 0 {
            self.state = mixed(self.state, scramble(self.tail));
            self.tail = 0;
        }
        self
    }

    /// How many bytes wait in `tail`.
    pub(crate) const fn waiting(self) -> u32 {
        self.len & 3
    }

    /// How many bytes will have been seen after `added` more. The length enters the hash modulo 2^32, as in the
    /// reference implementation.
    #[expect(clippy::cast_possible_truncation, reason = "defined modulo 2^32")]
    pub(crate) const fn len_after(self, added: usize) -> u32 {
        self.len.wrapping_add(added as u32)
    }

    /// The hash of all bytes seen.
    #[must_use]
    #[inline]
    pub fn finish(self) -> u32 {
        // An empty tail scrambles to 0, which leaves the state as it is.
        finished(self.state ^ scramble(self.tail), self.len)
    }

    /// The hash of all bytes seen and of a text of so many, [prepared](prepare) for as many as wait.
    #[inline]
    pub(crate) fn finish_with(self, text: &[u32], bytes: u32) -> u32 {
        let Some((first, rest)) = text.split_first() else { return 0 };
        let first = scramble(self.tail | first);
        let len = self.len.wrapping_add(bytes);
        let Some((last, blocks)) = rest.split_last() else { return finished(self.state ^ first, len) };
        let state = blocks.iter().fold(mixed(self.state, first), |state, block| mixed(state, *block));
        finished(state ^ last, len)
    }

    #[inline]
    fn mix(&mut self, block: u32) {
        self.state = mixed(self.state, scramble(block));
    }
}

/// Adds what [`Murmur3::finish_with`] reads of a text before which so many bytes wait: what fills up the first block, and
/// scrambled the blocks after it, and what then fills none.
#[inline(never)]
pub(crate) fn prepare(text: &[u8], waiting: usize, to: &mut Vec<u32>) {
    let start = to.len();
    let (mut block, mut shift) = (0, 8 * waiting);
    let mut add = |block| to.push(if to.len() == start { block } else { scramble(block) });
    for byte in text {
        block |= u32::from(*byte) << shift;
        shift += 8;
        if shift == 32 {
            add(block);
            (block, shift) = (0, 0);
        }
    }
    add(block);
}

/// Up to four bytes, the first in the lowest.
fn word(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

impl Default for Murmur3 {
    fn default() -> Self {
        Self::new()
    }
}

/// A block of what has waited and what comes behind it, and what then is left to wait.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the halves are meant")]
const fn behind(tail: u32, waiting: u32, next: u32) -> (u32, u32) {
    let both = tail as u64 | (next as u64) << (8 * waiting);
    (both as u32, (both >> 32) as u32)
}

/// The state after a scrambled block.
#[inline]
const fn mixed(state: u32, block: u32) -> u32 {
    (state ^ block).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
}

/// The hash of so many bytes.
#[inline]
const fn finished(state: u32, len: u32) -> u32 {
    let mut h = state ^ len;
    h ^= h >> 16;
    h = h.wrapping_mul(0x85eb_ca6b);
    h ^= h >> 13;
    h = h.wrapping_mul(0xc2b2_ae35);
    h ^ h >> 16
}

/// What a block goes through before it enters the state.
#[inline]
const fn scramble(block: u32) -> u32 {
    block.wrapping_mul(C1).rotate_left(15).wrapping_mul(C2)
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec};

    use super::*;

    #[test]
    fn what_is_prepared_gives_the_same_hash() {
        let bytes: Vec<u8> = (1..=200).collect();
        for (end, length) in (0..50).zip(0..) {
            let text = &bytes[100..100 + end];
            for start in 0..9 {
                let prefix = Murmur3::new().update(&bytes[..start]);
                let expected = prefix.update(text).finish();
                let mut prepared = vec![7; 3];
                prepare(text, start % 4, &mut prepared);
                assert_eq!(prefix.finish_with(&prepared[3..], length), expected, "{start} and {end} bytes");
            }
        }
    }

    #[test]
    fn a_byte_counts_as_it_does_among_others() {
        for key in ["", "u", "us", "use", "user"] {
            let pushed = Murmur3::new().update(key.as_bytes()).push(b':');
            assert_eq!(pushed.update(b"salt").finish(), hash(format!("{key}:salt").as_bytes()));
        }
    }
}
