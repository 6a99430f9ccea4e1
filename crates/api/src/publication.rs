//! The outcome of publishing a change, and the versions that are live.

use std::collections::BTreeMap;

use crate::name::EnvironmentName;

/// The version that is live in each environment.
pub type LiveVersions = BTreeMap<EnvironmentName, u64>;

/// The outcome of publishing a change. The outcome is sent in the `x-publish-…` headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Publication {
    /// The change is not to be published.
    NotDue,
    /// Publishing of the environment is on hold: the change goes live once publishing is resumed. The headers are those of
    /// [`Self::NotDue`].
    OnHold,
    /// The change is live.
    Published,
    /// The change is not live yet: the text says why, in one line. Publishing continues in the background.
    Failed(String),
}
