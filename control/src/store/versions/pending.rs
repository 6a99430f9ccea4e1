//! Pending versions: recorded, and still to be written to the object store.

use edgewise_api::resources::VersionState;
use sqlx::{Row as _, query};

use super::row::{Version, version};
use crate::store::{Result, Tx};

impl Tx {
    /// Records a version that is to be written to the object store.
    pub async fn insert_pending(&mut self, environment_id: &str, version: &Version) -> Result<()> {
        query(
            "INSERT INTO version (environment_id, version, state, snapshot, changes, created_at, created_by, experiments, restores) \
             VALUES ($1, $2, 'pending', $3, $4, $5, $6, $7, $8)",
        )
        .bind(environment_id)
        .bind(version.number)
        .bind(&version.snapshot)
        .bind(version.changes)
        .bind(version.created_at)
        .bind(&version.created_by)
        .bind(version.experiments)
        .bind(version.restores)
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }

    /// The oldest version that is still to be written.
    pub async fn pending(&mut self, environment_id: &str) -> Result<Option<Version>> {
        let row = query(
            "SELECT * FROM version WHERE environment_id = $1 AND state = 'pending' ORDER BY version LIMIT 1",
        )
        .bind(environment_id)
        .fetch_optional(&mut self.sql)
        .await?;
        Ok(row.map(|row| version(&row)).transpose()?)
    }

    /// The number of the oldest version that is still to be written.
    pub async fn pending_number(&mut self, environment_id: &str) -> Result<Option<i64>> {
        let row = query(
            "SELECT version FROM version WHERE environment_id = $1 AND state = 'pending' ORDER BY version LIMIT 1",
        )
        .bind(environment_id)
        .fetch_optional(&mut self.sql)
        .await?;
        Ok(row.map(|row| row.try_get("version")).transpose()?)
    }

    /// Records that a pending version is written whole, and that its changes are live.
    /// `false` if somebody has given it up meanwhile.
    pub async fn mark_published(&mut self, environment_id: &str, version: &Version) -> Result<bool> {
        // All who write versions change this row first, and so wait for each other.
        query("UPDATE environment SET published = published WHERE id = $1")
            .bind(environment_id)
            .execute(&mut self.sql)
            .await?;
        if !self.end_pending(environment_id, version.number, VersionState::Published).await? {
            return Ok(false);
        }
        query("UPDATE environment SET published = $2 WHERE id = $1 AND published < $2")
            .bind(environment_id)
            .bind(version.changes)
            .execute(&mut self.sql)
            .await?;
        Ok(true)
    }

    /// Records that a pending version's number is given up. `false` if it was not pending any more.
    pub async fn mark_superseded(&mut self, environment_id: &str, number: i64) -> Result<bool> {
        self.end_pending(environment_id, number, VersionState::Superseded).await
    }

    /// Gives up what is still to be written, for a version that is recorded after it.
    pub async fn supersede_pending(&mut self, environment_id: &str) -> Result<()> {
        query("UPDATE version SET state = 'superseded' WHERE environment_id = $1 AND state = 'pending'")
            .bind(environment_id)
            .execute(&mut self.sql)
            .await?;
        Ok(())
    }

    /// `false` if the version was not pending any more.
    async fn end_pending(&mut self, environment_id: &str, number: i64, state: VersionState) -> Result<bool> {
        let ended = query(
            "UPDATE version SET state = $3 WHERE environment_id = $1 AND version = $2 AND state = 'pending'",
        )
        .bind(environment_id)
        .bind(number)
        .bind(state.name())
        .execute(&mut self.sql)
        .await?;
        Ok(ended.rows_affected() == 1)
    }
}
