//! The hash of an object's content, which tells objects with the same path apart.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};

/// The length of a hash in bytes.
const BYTES: usize = 32;
/// The number of digits of a hash that addresses contain.
const ADDRESS_DIGITS: usize = 16;

/// The SHA-256 of an object's bytes as the store holds them. Its text is 64 lowercase hexadecimal digits.
///
/// ```
/// use edgewise_api::ContentHash;
///
/// let hash = ContentHash::of(b"abc");
/// assert_eq!(hash.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
/// assert_eq!(hash.to_string().parse(), Ok(hash));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ContentHash([u8; BYTES]);

/// The error for a text that is not a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 64 lowercase hexadecimal digits")]
pub struct InvalidHash;

impl ContentHash {
    /// Hashes an object's bytes, which takes some milliseconds for an object of several megabytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Returns the first 16 digits, which an object's address contains as `?v=`.
    #[must_use]
    pub fn for_address(&self) -> String {
        let mut digits = self.to_string();
        digits.truncate(ADDRESS_DIGITS);
        digits
    }
}

/// Returns whether a text has the form of the digits in an address.
pub(crate) fn is_for_address(text: &str) -> bool {
    text.len() == ADDRESS_DIGITS && text.bytes().all(|byte| digit(byte).is_some())
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

impl FromStr for ContentHash {
    type Err = InvalidHash;

    fn from_str(text: &str) -> Result<Self, InvalidHash> {
        let mut hash = [0; BYTES];
        let (pairs, rest) = text.as_bytes().as_chunks();
        if pairs.len() != BYTES || !rest.is_empty() {
            return Err(InvalidHash);
        }
        for (byte, [high, low]) in hash.iter_mut().zip(pairs) {
            *byte = digit(*high).zip(digit(*low)).map(|(high, low)| high << 4 | low).ok_or(InvalidHash)?;
        }
        Ok(Self(hash))
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ContentHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_not_64_lowercase_digits_is_no_hash() {
        let good = ContentHash::of(b"").to_string();
        assert!(good.parse::<ContentHash>().is_ok());
        for bad in ["", &good[1..], &good.to_uppercase(), &format!("{good}00"), &good.replace('e', "g")] {
            assert_eq!(bad.parse::<ContentHash>(), Err(InvalidHash), "{bad}");
        }
    }

    #[test]
    fn an_address_contains_the_first_16_digits() {
        let hash = ContentHash::of(b"abc");
        assert_eq!(hash.for_address(), "ba7816bf8f01cfea");
        assert!(is_for_address(&hash.for_address()));
        for bad in ["", "ba7816bf8f01cfe", "ba7816bf8f01cfeaa", "BA7816BF8F01CFEA", "ba7816bf8f01cfeg"] {
            assert!(!is_for_address(bad), "{bad}");
        }
    }
}
