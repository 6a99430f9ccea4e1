//! Live versions.

use edgewise_api::EnvironmentName;
use sqlx::{Row as _, any::AnyRow, query};

use super::row::environment_name;
use crate::store::{Result, Tx};

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

impl Tx {
    /// Returns the live version of an environment.
    pub async fn live_version(&mut self, environment_id: &str) -> Result<Option<LiveVersion>> {
        let row = query(
            "SELECT live.version, live.created_at, live.changes, old.changes AS restored FROM version live \
             LEFT JOIN version old ON old.environment_id = live.environment_id AND old.version = live.restores \
             WHERE live.environment_id = $1 AND live.version = \
             (SELECT MAX(version) FROM version WHERE environment_id = $1 AND state = 'published')",
        )
        .bind(environment_id)
        .fetch_optional(&mut self.sql)
        .await?;
        let live = |row: AnyRow| -> sqlx::Result<LiveVersion> {
            Ok(LiveVersion {
                number: row.try_get("version")?,
                created_at: row.try_get("created_at")?,
                changes: row.try_get("changes")?,
                restored: row.try_get("restored")?,
            })
        };
        Ok(row.map(live).transpose()?)
    }

    /// Returns the live version of each environment that has one.
    pub async fn live_versions(&mut self) -> Result<Vec<(EnvironmentName, u64)>> {
        let rows = query(
            "SELECT e.name, CAST(MAX(v.version) AS BIGINT) AS version FROM version v \
             JOIN environment e ON e.id = v.environment_id WHERE v.state = 'published' GROUP BY e.name",
        )
        .fetch_all(&mut self.sql)
        .await?;
        let live =
            |row: &AnyRow| Ok((environment_name(row)?, row.try_get::<i64, _>("version")?.unsigned_abs()));
        Ok(rows.iter().map(live).collect::<sqlx::Result<_>>()?)
    }

    /// Notifies other processes, once this transaction is committed, that a version is live.
    pub async fn notify_published(&mut self, name: &EnvironmentName, number: i64) -> Result<()> {
        self.notify_live(&format!("{number} {name}")).await
    }
}
