//! Hashing of the salts of eight experiments at a time.
//!
//! Salts of equal length are stored transposed: a *row* contains the same four bytes of eight salts. Each step of the
//! hash is then one operation on eight numbers, which the compiler turns into vector instructions where the target has
//! such instructions. All targets share one source, so all targets compute the same bits.

use crate::{
    bucket::Bucket,
    eight::Eight,
    murmur3::{C1, C2, Murmur3},
};

/// The number of salts that are hashed at a time.
pub(crate) const LANES: usize = 8;
/// The bytes of a row: four bytes of each salt.
pub(crate) const ROW_BYTES: usize = 4 * LANES;

/// Returns the buckets of eight salts, each `salt_bytes` long, hashed after `prefix`.
///
/// `rows` contains `salt_bytes / 4` rows, plus one row padded with zeros if bytes remain.
#[inline(always)]
pub(crate) fn buckets(prefix: Murmur3, rows: &[[u8; ROW_BYTES]], salt_bytes: usize) -> [u32; LANES] {
    let (left, waiting) = (salt_bytes % 4, prefix.waiting());
    let shift = waiting * 8;
    let mut state = Eight::all(prefix.state);
    let mut tail = Eight::all(prefix.tail);

    let (full, partial) = rows.split_at(rows.len().min(salt_bytes / 4));
    if shift == 0 {
        for row in full {
            state = mix(state, Eight::from_bytes(row));
        }
    } else {
        for row in full {
            let words = Eight::from_bytes(row);
            state = mix(state, tail | words << shift);
            tail = words >> (32 - shift);
        }
    }
    if let (Some(row), 1..) = (partial.first(), left) {
        // Bytes beyond the end of a salt do not count.
        let words = Eight::from_bytes(row) & ((1 << (8 * left)) - 1);
        let filled = tail | words << shift;
        if waiting as usize + left < 4 {
            tail = filled;
        } else {
            state = mix(state, filled);
            tail = words >> (32 - shift);
        }
    }

    let len = prefix.len_after(salt_bytes);
    let mut hash = state ^ scramble(tail) ^ Eight::all(len);
    hash = (hash ^ hash >> 16) * 0x85eb_ca6b;
    hash = (hash ^ hash >> 13) * 0xc2b2_ae35;
    (hash ^ hash >> 16).modulo::<{ Bucket::COUNT as u32 }>()
}

/// Returns the bucket of one of the eight salts.
#[inline]
pub(crate) fn bucket(prefix: Murmur3, rows: &[[u8; ROW_BYTES]], salt_bytes: usize, lane: usize) -> u32 {
    let word = |row: &[u8; ROW_BYTES]| row.as_chunks::<4>().0.get(lane).copied().unwrap_or_default();
    let (full, partial) = rows.split_at(rows.len().min(salt_bytes / 4));
    let mut state = prefix;
    for row in full {
        state = state.update_block(u32::from_le_bytes(word(row)));
    }
    if let Some(row) = partial.first() {
        state = state.update(word(row).get(..salt_bytes % 4).unwrap_or_default());
    }
    state.finish() % u32::from(Bucket::COUNT)
}

/// Appends eight salts of equal length as rows.
pub(crate) fn transpose(salts: &[&str], salt_bytes: usize, rows: &mut alloc::vec::Vec<u8>) {
    for start in (0..salt_bytes).step_by(4) {
        for lane in 0..LANES {
            let salt = salts.get(lane).map_or(&[][..], |salt| salt.as_bytes());
            rows.extend((start..start + 4).map(|at| salt.get(at).copied().unwrap_or_default()));
        }
    }
}

#[inline(always)]
fn mix(state: Eight, block: Eight) -> Eight {
    (state ^ scramble(block)).rotate_left(13) * 5 + 0xe654_6b64
}

/// Scrambles eight blocks, as the scalar hash does in `murmur3`.
#[inline(always)]
fn scramble(block: Eight) -> Eight {
    (block * C1).rotate_left(15) * C2
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec::Vec};

    use super::*;
    use crate::{Salt, bucket::KeyHash};

    #[test]
    fn vector_and_scalar_hashing_give_the_same_buckets() {
        for salt_bytes in 0..41 {
            let salts: Vec<String> = (0..LANES)
                .map(|lane| (0..salt_bytes).filter_map(|at| ('!'..='z').nth((7 * at + lane) % 90)).collect())
                .collect();
            let salts: Vec<&str> = salts.iter().map(String::as_str).collect();
            let mut rows = Vec::new();
            transpose(&salts, salt_bytes, &mut rows);
            let (rows, rest) = rows.as_chunks();
            assert!(rest.is_empty());
            for key_bytes in 1..9 {
                let key = format!("{:0key_bytes$}", 7);
                let prefix = KeyHash::new(&key);
                let all = buckets(prefix.0, rows, salt_bytes);
                for (lane, salt) in salts.iter().enumerate() {
                    let expected = u32::from(prefix.bucket(&Salt::new(*salt)).get());
                    assert_eq!(all[lane], expected, "{key} {salt}");
                    assert_eq!(bucket(prefix.0, rows, salt_bytes, lane), expected, "{key} {salt}");
                }
            }
        }
    }
}
