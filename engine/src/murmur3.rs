//! MurmurHash3, the x86 32-bit variant with seed 0 (Austin Appleby, public domain; SMHasher's
//! `MurmurHash3_x86_32`, verification value `0xB0F57EE3`).
//!
//! The input can be hashed in parts, so that a prefix that several inputs share is hashed once:
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

/// Returns the hash of `bytes` with seed 0.
#[must_use]
pub fn hash(bytes: &[u8]) -> u32 {
    Murmur3::new().update(bytes).finish()
}

/// The state of a hash over the bytes read so far. Copying the state is cheap.
#[derive(Clone, Copy, Debug)]
pub struct Murmur3 {
    pub(crate) state: u32,
    /// The bytes that do not fill a block yet, the first in the lowest byte.
    pub(crate) tail: u32,
    /// The number of bytes read; the lowest two bits are the number of bytes in `tail`.
    pub(crate) len: u32,
}

impl Murmur3 {
    /// Creates the state of an empty input, with seed 0.
    #[must_use]
    pub const fn new() -> Self {
        Self::with_seed(0)
    }

    /// Creates the state of an empty input with another seed. Buckets always use seed 0.
    #[must_use]
    pub const fn with_seed(seed: u32) -> Self {
        Self { state: seed, tail: 0, len: 0 }
    }

    /// Returns the state after reading `bytes`.
    #[must_use]
    #[inline]
    pub fn update(mut self, bytes: &[u8]) -> Self {
        let waiting = self.waiting();
        self.len = self.len_after(bytes.len());

        let (blocks, rest) = bytes.as_chunks::<4>();
        for block in blocks {
            let (block, left) = join(self.tail, waiting, u32::from_le_bytes(*block));
            self.mix(block);
            self.tail = left;
        }
        let last = word(rest);
        let (block, left) = join(self.tail, waiting, last);
        if waiting as usize + rest.len() < 4 {
            self.tail = block;
        } else {
            self.mix(block);
            self.tail = left;
        }
        self
    }

    /// Returns the state after reading the four bytes of `block`, the first in the lowest byte.
    #[inline]
    pub(crate) fn update_block(mut self, block: u32) -> Self {
        let (block, left) = join(self.tail, self.waiting(), block);
        self.len = self.len_after(4);
        self.mix(block);
        self.tail = left;
        self
    }

    /// Returns the state after reading one byte.
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

    /// Returns the number of bytes in `tail`.
    pub(crate) const fn waiting(self) -> u32 {
        self.len & 3
    }

    /// Returns the number of bytes read after `added` more. The length enters the hash modulo 2^32, as in the
    /// reference implementation.
    #[expect(clippy::cast_possible_truncation, reason = "defined modulo 2^32")]
    pub(crate) const fn len_after(self, added: usize) -> u32 {
        self.len.wrapping_add(added as u32)
    }

    /// Returns the hash of all bytes read.
    #[must_use]
    #[inline]
    pub fn finish(self) -> u32 {
        // An empty tail scrambles to 0, which does not change the state.
        finished(self.state ^ scramble(self.tail), self.len)
    }

    /// Returns the hash of all bytes read, followed by a text of `bytes` bytes that was [prepared](prepare) for the
    /// number of bytes in `tail`.
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

/// Appends the words that [`Murmur3::finish_with`] reads for `text` after `waiting` unprocessed bytes: the bytes that
/// complete the first block, then the scrambled blocks, then the scrambled rest.
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

/// Packs up to four bytes into a word, the first in the lowest byte.
fn word(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

impl Default for Murmur3 {
    fn default() -> Self {
        Self::new()
    }
}

/// Joins the waiting bytes with the next four bytes: returns a full block, and the bytes that wait after that block.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the halves are meant")]
const fn join(tail: u32, waiting: u32, next: u32) -> (u32, u32) {
    let both = tail as u64 | (next as u64) << (8 * waiting);
    (both as u32, (both >> 32) as u32)
}

/// Returns the state after a scrambled block.
#[inline]
const fn mixed(state: u32, block: u32) -> u32 {
    (state ^ block).rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64)
}

/// Returns the hash for a final state and the length of the input.
#[inline]
const fn finished(state: u32, len: u32) -> u32 {
    let mut h = state ^ len;
    h ^= h >> 16;
    h = h.wrapping_mul(0x85eb_ca6b);
    h ^= h >> 13;
    h = h.wrapping_mul(0xc2b2_ae35);
    h ^ h >> 16
}

/// Scrambles a block before it enters the state.
#[inline]
const fn scramble(block: u32) -> u32 {
    block.wrapping_mul(C1).rotate_left(15).wrapping_mul(C2)
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec};

    use super::*;

    #[test]
    fn prepared_text_has_the_same_hash() {
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
    fn pushing_a_byte_equals_updating_with_that_byte() {
        for key in ["", "u", "us", "use", "user"] {
            let pushed = Murmur3::new().update(key.as_bytes()).push(b':');
            assert_eq!(pushed.update(b"salt").finish(), hash(format!("{key}:salt").as_bytes()));
        }
    }
}
