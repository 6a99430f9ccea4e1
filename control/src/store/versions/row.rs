//! Rows of versions, and of the publication state of environments.

use edgewise_api::{
    EnvironmentName,
    resources::{self, VersionState},
};
use edgewise_database::rows::{required, time};
use sqlx::{Result, Row as _, any::AnyRow};

/// A version of an environment, with its snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The number, from 1.
    pub number: i64,
    /// The state.
    pub state: VersionState,
    /// The exact text of the snapshot.
    pub snapshot: String,
    /// The number of the last change that the content includes.
    pub changes: i64,
    /// The time of creation, in ms since 1970.
    pub created_at: i64,
    /// The author of the last change in the version.
    pub created_by: Option<String>,
    /// The number of experiments in the version.
    pub experiments: Option<i64>,
    /// The older version whose content the version restores, if the version is a rollback.
    pub restores: Option<i64>,
}

/// The live version of an environment, without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveVersion {
    /// The number, from 1.
    pub number: i64,
    /// The time of creation, in ms since 1970.
    pub created_at: i64,
    /// The number of changes of the environment when the version was created.
    pub changes: i64,
    /// For a rollback: the number of the last change that the restored content includes.
    pub restored: Option<i64>,
}

/// The publication state of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishState {
    /// The number of the last change that is due.
    pub due: i64,
    /// The number of the last change whose content is live.
    pub published: i64,
    /// The time since which the environment is held, in ms since 1970; `None` if it is not held.
    pub held_at: Option<i64>,
}

pub(super) fn version(row: &AnyRow) -> Result<Version> {
    Ok(Version {
        number: row.try_get("version")?,
        state: version_state(row)?,
        snapshot: row.try_get("snapshot")?,
        changes: row.try_get("changes")?,
        created_at: row.try_get("created_at")?,
        created_by: row.try_get("created_by")?,
        experiments: row.try_get("experiments")?,
        restores: row.try_get("restores")?,
    })
}

/// A version without its snapshot.
pub(in crate::store) fn listed(row: &AnyRow) -> Result<resources::Version> {
    let count = |column| row.try_get::<Option<i64>, _>(column).map(|count| count.map(i64::unsigned_abs));
    Ok(resources::Version {
        version: row.try_get::<i64, _>("version")?.unsigned_abs(),
        state: version_state(row)?,
        created_at: time(row, "created_at")?,
        created_by: row.try_get("created_by")?,
        experiments: count("experiments")?,
        restores: count("restores")?,
    })
}

fn version_state(row: &AnyRow) -> Result<VersionState> {
    required(VersionState::from_name(row.try_get("state")?), "state")
}

pub(super) fn environment_name(row: &AnyRow) -> Result<EnvironmentName> {
    EnvironmentName::new(row.try_get("name")?)
        .map_err(|error| sqlx::Error::ColumnDecode { index: "name".to_owned(), source: error.into() })
}

pub(in crate::store) fn live(row: &AnyRow) -> Result<LiveVersion> {
    Ok(LiveVersion {
        number: row.try_get("version")?,
        created_at: row.try_get("created_at")?,
        changes: row.try_get("changes")?,
        restored: row.try_get("restored")?,
    })
}

pub(in crate::store) fn publish_state(row: &AnyRow) -> Result<PublishState> {
    Ok(PublishState {
        due: row.try_get("due")?,
        published: row.try_get("published")?,
        held_at: match row.try_get::<i64, _>("held")? {
            0 => None,
            _ => Some(row.try_get::<Option<i64>, _>("held_at")?.unwrap_or_default()),
        },
    })
}
