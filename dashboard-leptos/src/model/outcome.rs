//! The results of changes.

use serde::{Deserialize, Serialize};

/// Whether a change is live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Publication {
    /// The change needs no publishing.
    NotDue,
    /// Publishing is on hold: the change is live once publishing resumes.
    OnHold,
    /// The change is live.
    Published,
    /// The change is saved but not live, for this reason.
    Failed(String),
}

/// A saved resource with its revision.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Saved<T> {
    pub(crate) value: T,
    /// The revision that a change must name.
    pub(crate) revision: i64,
}

/// The result of a change.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Changed<T> {
    /// The changed resource.
    pub(crate) value: T,
    /// Whether the change is live.
    pub(crate) publication: Publication,
}
