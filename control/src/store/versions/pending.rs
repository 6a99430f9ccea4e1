//! Pending versions: recorded in the database, but not yet written to the object store.

use edgewise_api::resources::VersionState;
use edgewise_database::rows::changed_one_row;
use sqlx::{Row as _, query};

use super::row::{Version, version};
use crate::store::{Result, Tx};

impl Tx {
    /// Inserts a pending version.
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

    /// Returns the oldest pending version.
    pub async fn pending(&mut self, environment_id: &str) -> Result<Option<Version>> {
        let row = query(
            "SELECT * FROM version WHERE environment_id = $1 AND state = 'pending' ORDER BY version LIMIT 1",
        )
        .bind(environment_id)
        .fetch_optional(&mut self.sql)
        .await?;
        Ok(row.map(|row| version(&row)).transpose()?)
    }

    /// Returns the number of the oldest pending version.
    pub async fn pending_number(&mut self, environment_id: &str) -> Result<Option<i64>> {
        let row = query(
            "SELECT version FROM version WHERE environment_id = $1 AND state = 'pending' ORDER BY version LIMIT 1",
        )
        .bind(environment_id)
        .fetch_optional(&mut self.sql)
        .await?;
        Ok(row.map(|row| row.try_get("version")).transpose()?)
    }

    /// Marks a pending version as published, and its changes as live. `false` if the version is no longer pending.
    pub async fn mark_published(&mut self, environment_id: &str, version: &Version) -> Result<bool> {
        // Every writer of versions updates this row first, so that writers wait for each other.
        let locked = query("UPDATE environment SET published = published WHERE id = $1")
            .bind(environment_id)
            .execute(&mut self.sql)
            .await?;
        changed_one_row(&locked)?;
        if !self.end_pending(environment_id, version.number, VersionState::Published).await? {
            return Ok(false);
        }
        // A version that was recorded earlier may have fewer changes than the live one: then no row changes.
        query("UPDATE environment SET published = $2 WHERE id = $1 AND published < $2")
            .bind(environment_id)
            .bind(version.changes)
            .execute(&mut self.sql)
            .await?;
        Ok(true)
    }

    /// Marks a pending version as superseded. `false` if the version is no longer pending.
    pub async fn mark_superseded(&mut self, environment_id: &str, number: i64) -> Result<bool> {
        self.end_pending(environment_id, number, VersionState::Superseded).await
    }

    /// Marks all pending versions as superseded, before a newer version is recorded.
    pub async fn supersede_pending(&mut self, environment_id: &str) -> Result<()> {
        query("UPDATE version SET state = 'superseded' WHERE environment_id = $1 AND state = 'pending'")
            .bind(environment_id)
            .execute(&mut self.sql)
            .await?;
        Ok(())
    }

    /// Changes the state of a pending version. `false` if the version is no longer pending.
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
