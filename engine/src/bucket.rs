//! User keys, and the buckets they fall into.

use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::murmur3::Murmur3;

/// A user key that is not empty, borrowed from the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UserKey<'a>(&'a [u8]);

/// A user key was empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user key must not be empty")]
pub struct EmptyUserKey;

impl<'a> UserKey<'a> {
    /// Checks that `key` names somebody.
    ///
    /// # Errors
    /// [`EmptyUserKey`] for the empty string.
    pub const fn new(key: &'a str) -> Result<Self, EmptyUserKey> {
        Self::from_utf8(key.as_bytes())
    }

    /// The same of the key's bytes. That they are UTF-8 is for the caller to know: others are hashed likewise.
    ///
    /// # Errors
    /// [`EmptyUserKey`] for none.
    #[inline]
    pub const fn from_utf8(key: &'a [u8]) -> Result<Self, EmptyUserKey> {
        if key.is_empty() { Err(EmptyUserKey) } else { Ok(Self(key)) }
    }
}

/// What an experiment divides users by. Any text is a salt; as a type of its own it is never taken for a key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Salt(String);

impl Salt {
    /// The salt of that text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One of the 10,000 equal parts that a salt divides all users into: `0..=9999`, 0.01 % each.
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
    /// How many buckets there are.
    pub const COUNT: u16 = 10_000;

    /// The bucket of that number, if it is in `0..=9999`.
    #[must_use]
    pub const fn new(number: u16) -> Option<Self> {
        if number < Self::COUNT { Some(Self(number)) } else { None }
    }

    /// The bucket of `key` under `salt`: `murmur3_x86_32(key + ":" + salt) mod 10000`.
    #[must_use]
    pub fn of(key: &str, salt: &Salt) -> Self {
        KeyHash::new(key).bucket(salt)
    }

    /// Its number, in `0..=9999`.
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

/// The hash state after `key + ":"`, shared by all salts that one user is bucketed under.
#[derive(Clone, Copy, Debug)]
pub struct KeyHash(pub(crate) Murmur3);

impl KeyHash {
    /// Hashes what every bucket of `key` begins with.
    #[must_use]
    #[inline]
    pub fn new(key: &str) -> Self {
        Self::of_bytes(key.as_bytes())
    }

    /// The same of a user.
    #[inline]
    pub(crate) fn of(user: UserKey<'_>) -> Self {
        Self::of_bytes(user.0)
    }

    #[inline]
    fn of_bytes(key: &[u8]) -> Self {
        Self(Murmur3::new().update(key).push(b':'))
    }

    /// The bucket under `salt`.
    #[must_use]
    #[inline]
    pub fn bucket(self, salt: &Salt) -> Bucket {
        let hash = self.0.update(salt.as_str().as_bytes()).finish();
        #[expect(clippy::cast_possible_truncation, reason = "below 10,000")]
        Bucket((hash % u32::from(Bucket::COUNT)) as u16)
    }
}
