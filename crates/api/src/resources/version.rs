use serde::{Deserialize, Serialize};

/// A version of an environment, as listed in the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// The version number, from 1. A higher version replaces a lower version.
    pub version: u64,
    /// The state of the version.
    pub state: VersionState,
    /// The time of creation: ISO 8601, UTC, milliseconds.
    pub created_at: String,
    /// The author of the version's last change. `null` if unknown.
    pub created_by: Option<String>,
    /// The number of experiments. `null` if unknown.
    pub experiments: Option<u64>,
    /// The older version whose content a rollback restores.
    pub restores: Option<u64>,
}

/// The state of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum VersionState {
    /// The version is being written to the object store.
    Pending,
    /// The version was written completely.
    Published,
    /// The version was abandoned in favor of a higher version.
    Superseded,
}

impl VersionState {
    /// Returns the name of the state in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Published => "published",
            Self::Superseded => "superseded",
        }
    }

    /// Returns the state with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Pending, Self::Published, Self::Superseded].into_iter().find(|state| state.name() == name)
    }
}

/// The publication status of an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PublicationStatus {
    /// The live version. `null` before the first publish.
    pub live_version: Option<u64>,
    /// The time when the live version was created: ISO 8601, UTC, milliseconds.
    pub published_at: Option<String>,
    /// The version that is being written, if there is one.
    pub pending_version: Option<u64>,
    /// Whether there are changes that are not live yet.
    pub unpublished: bool,
    /// The time since which publishing is on hold, if publishing is on hold: ISO 8601, UTC, milliseconds.
    pub held_at: Option<String>,
    /// The error that prevents publishing, if there is one.
    pub error: Option<String>,
}

/// A preview of a publish.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preview {
    /// The snapshot that a publish would write now.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub snapshot: Box<serde_json::value::RawValue>,
    /// The differences from the live version.
    pub diff: crate::diff::Diff,
}
