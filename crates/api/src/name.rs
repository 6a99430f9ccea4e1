//! Names that are safe in a path.

use std::{fmt, sync::Arc};

use serde::{Serialize, Serializer};

/// An environment's name: `[A-Za-z0-9][A-Za-z0-9._-]{0,62}`. A name needs no escaping in a path.
///
/// ```
/// use edgewise_api::EnvironmentName;
///
/// assert!(EnvironmentName::new("prod-eu.1").is_ok());
/// assert!(EnvironmentName::new("../prod").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnvironmentName(Arc<str>);

/// The error for an invalid environment name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be 1 to 63 letters, digits, dots, hyphens or underscores, the first a letter or digit (such as `prod`)"
)]
pub struct InvalidName;

impl EnvironmentName {
    /// Creates an environment name from a valid text.
    ///
    /// # Errors
    /// Returns [`InvalidName`], whose message says what a name must look like.
    pub fn new(name: &str) -> Result<Self, InvalidName> {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        match name.as_bytes() {
            [first, rest @ ..]
                if rest.len() <= 62 && first.is_ascii_alphanumeric() && rest.iter().copied().all(inner) =>
            {
                Ok(Self(name.into()))
            }
            _ => Err(InvalidName),
        }
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for EnvironmentName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl std::borrow::Borrow<str> for EnvironmentName {
    fn borrow(&self) -> &str {
        &self.0
    }
}
