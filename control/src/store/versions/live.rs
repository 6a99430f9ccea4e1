//! Live versions.

use edgewise_api::EnvironmentName;
use sqlx::{Row as _, any::AnyRow, query};

use super::row::{LiveVersion, environment_name, live};
use crate::store::{Result, Tx};

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
        Ok(row.map(|row| live(&row)).transpose()?)
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
