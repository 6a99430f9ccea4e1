use serde::{Deserialize, Serialize};

/// A version of an environment, as history shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// Its number, from 1. A higher one replaces a lower one.
    pub version: u64,
    /// What became of it.
    pub state: VersionState,
    /// When it was made: ISO 8601, UTC, milliseconds.
    pub created_at: String,
    /// Who made the last change in it. `null` if that is not known.
    pub created_by: Option<String>,
    /// How many experiments it has. `null` if that is not known.
    pub experiments: Option<u64>,
    /// The older version whose content it has, if it is a rollback.
    pub restores: Option<u64>,
}

/// What became of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum VersionState {
    /// It is being written to the object store.
    Pending,
    /// It was written whole.
    Published,
    /// Its number was given up for a higher one.
    Superseded,
}

impl VersionState {
    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Published => "published",
            Self::Superseded => "superseded",
        }
    }

    /// The state that is written so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pending, Self::Published, Self::Superseded].into_iter().find(|state| state.name() == name)
    }
}

/// Where an environment stands in being published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PublicationStatus {
    /// The version that is live. `null` before the first.
    pub live_version: Option<u64>,
    /// When that was made: ISO 8601, UTC, milliseconds.
    pub published_at: Option<String>,
    /// The version that is being written, if one is.
    pub pending_version: Option<u64>,
    /// Whether there are changes that are to be live and are not.
    pub unpublished: bool,
    /// Since when changes are kept unpublished, if they are: ISO 8601, UTC, milliseconds.
    pub held_at: Option<String>,
    /// What stands in the way of publishing, if something does.
    pub error: Option<String>,
}

/// What a publish would make live.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preview {
    /// The snapshot, as it would be published now.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub snapshot: Box<serde_json::value::RawValue>,
    /// How it differs from what is live.
    pub diff: crate::diff::Diff,
}
