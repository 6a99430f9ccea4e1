//! The versions that are live.

use edgewise_api::EnvironmentName;
use sqlx::{Row as _, any::AnyRow, query};

use super::row::environment_name;
use crate::store::{Result, Tx};

/// The version that is live in an environment, without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveVersion {
    /// Its number, from 1.
    pub number: i64,
    /// When it was made, in ms since 1970.
    pub created_at: i64,
    /// The environment's count of changes when it was made.
    pub changes: i64,
    /// If its content is an older version's: the count of changes that this includes.
    pub restored: Option<i64>,
}

impl Tx {
    /// The version that is live in an environment.
    pub async fn live(&mut self, environment_id: &str) -> Result<Option<LiveVersion>> {
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

    /// The version that is live in each environment that has one.
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

    /// Announces to other processes, once this is committed, that a version is live.
    pub async fn notify_published(&mut self, name: &EnvironmentName, number: i64) -> Result<()> {
        self.notify_live(&format!("{number} {name}")).await
    }
}
