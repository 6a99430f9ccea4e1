//! User keys, salts and buckets.

use alloc::{borrow::Cow, string::String};
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::murmur3::Murmur3;

/// A user key that is not empty, borrowed from the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UserKey<'a>(&'a [u8]);

/// The error for an empty user key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the user key must not be empty")]
pub struct EmptyUserKey;

impl<'a> UserKey<'a> {
    /// Creates a user key from a text that is not empty.
    ///
    /// # Errors
    /// Returns [`EmptyUserKey`] for the empty string.
    pub const fn new(key: &'a str) -> Result<Self, EmptyUserKey> {
        Self::from_utf8(key.as_bytes())
    }

    /// Creates a user key from bytes. The caller is to pass UTF-8; other bytes are hashed in the same way.
    ///
    /// # Errors
    /// Returns [`EmptyUserKey`] for an empty slice.
    #[inline]
    pub const fn from_utf8(key: &'a [u8]) -> Result<Self, EmptyUserKey> {
        if key.is_empty() { Err(EmptyUserKey) } else { Ok(Self(key)) }
    }

    /// Returns the text. Bytes that are no UTF-8 are replaced by U+FFFD.
    pub(crate) fn text(self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.0)
    }
}

/// The text by which an experiment divides users into buckets. Any text is a valid salt; the type keeps salts and keys
/// apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Salt(String);

impl Salt {
    /// Creates a salt.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One of the 10,000 buckets that a salt divides all users into: `0..=9999`, 0.01 % of users each.
///
/// ```
/// use edgewise_engine::{Bucket, Salt};
///
/// assert_eq!(Bucket::of("user-1", &Salt::new("salt-1")).get(), 2865);
/// assert_eq!(Bucket::new(10_000), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(u16);

impl Bucket {
    /// The number of buckets.
    pub const COUNT: u16 = 10_000;

    /// Returns the bucket with this number, or `None` outside of `0..=9999`.
    #[must_use]
    pub const fn new(number: u16) -> Option<Self> {
        if number < Self::COUNT { Some(Self(number)) } else { None }
    }

    /// Returns the bucket of `key` for `salt`: `murmur3_x86_32(key + ":" + salt) mod 10000`.
    #[must_use]
    pub fn of(key: &str, salt: &Salt) -> Self {
        KeyHash::new(key).bucket(salt)
    }

    /// Returns the bucket of a hash.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "below 10,000")]
    pub(crate) const fn of_hash(hash: u32) -> Self {
        Self((hash % Self::COUNT as u32) as u16)
    }

    /// Returns the number, in `0..=9999`.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The hash state after `key + ":"`, which all salts of one user share.
#[derive(Clone, Copy, Debug)]
pub struct KeyHash(pub(crate) Murmur3);

impl KeyHash {
    /// Hashes `key + ":"`.
    #[must_use]
    #[inline]
    pub fn new(key: &str) -> Self {
        Self::from_bytes(key.as_bytes())
    }

    /// Hashes the key of a user, followed by `:`.
    #[inline]
    pub(crate) fn of(user: UserKey<'_>) -> Self {
        Self::from_bytes(user.0)
    }

    #[inline]
    fn from_bytes(key: &[u8]) -> Self {
        Self(Murmur3::new().update(key).push(b':'))
    }

    /// Returns the bucket for `salt`.
    #[must_use]
    #[inline]
    pub fn bucket(self, salt: &Salt) -> Bucket {
        self.bucket_of(salt.as_str().as_bytes())
    }

    /// Returns the bucket for the bytes of a salt.
    #[inline]
    pub(crate) fn bucket_of(self, salt: &[u8]) -> Bucket {
        Bucket::of_hash(self.0.update(salt).finish())
    }
}
