//! What became of changes.

use serde::{Deserialize, Serialize};

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Publication {
    /// It needs no publishing, or is held back until publishing is resumed.
    NotDue,
    /// It is live.
    Published,
    /// It is kept, and not live yet, for this reason.
    Failed(String),
}

/// A value as it is kept, with the revision that a change of it must name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept<T> {
    /// The value.
    pub(crate) value: T,
    /// Counts its changes.
    pub(crate) revision: i64,
}

/// A change that was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Done<T> {
    /// What there is now.
    pub(crate) value: T,
    /// Whether it is live.
    pub(crate) publication: Publication,
}
