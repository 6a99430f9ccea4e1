//! The outcome of publishing a change, and the versions that are live.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::name::EnvironmentName;

/// The version that is live in each environment.
pub type LiveVersions = BTreeMap<EnvironmentName, u64>;

/// A change that was made: its result, and whether it is live.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome<T> {
    /// The value for the client.
    pub value: T,
    /// The outcome of publishing the change.
    pub publication: Publication,
}

/// The outcome of publishing a change. REST sends the outcome in the `x-publish-…` headers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
