//! The history of an environment's versions.

use edgewise_api::resources;
use sqlx::{Row as _, query};

use super::row::{self, Version, version};
use crate::store::{Result, Tx};

impl Tx {
    /// Returns a page of an environment's versions, newest first, and the number of all versions.
    pub async fn versions(
        &mut self,
        environment_id: &str,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<resources::Version>, i64)> {
        let rows = query(
            "SELECT version, state, created_at, created_by, experiments, restores FROM version \
             WHERE environment_id = $1 ORDER BY version DESC LIMIT $2 OFFSET $3",
        )
        .bind(environment_id)
        .bind(limit)
        .bind(offset)
        .fetch_all(&mut self.sql)
        .await?;
        let total = query("SELECT COUNT(*) AS total FROM version WHERE environment_id = $1")
            .bind(environment_id)
            .fetch_one(&mut self.sql)
            .await?;
        Ok((rows.iter().map(row::listed).collect::<sqlx::Result<_>>()?, total.try_get("total")?))
    }

    /// Returns the version with this number.
    pub async fn version(&mut self, environment_id: &str, number: i64) -> Result<Option<Version>> {
        let row = query("SELECT * FROM version WHERE environment_id = $1 AND version = $2")
            .bind(environment_id)
            .bind(number)
            .fetch_optional(&mut self.sql)
            .await?;
        Ok(row.map(|row| version(&row)).transpose()?)
    }

    /// Returns the highest version number of an environment; 0 if it has no version.
    pub async fn highest_version(&mut self, environment_id: &str) -> Result<i64> {
        let row =
            query("SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) AS highest FROM version WHERE environment_id = $1")
                .bind(environment_id)
                .fetch_one(&mut self.sql)
                .await?;
        Ok(row.try_get("highest")?)
    }

    /// Returns the highest published version.
    pub async fn newest_published(&mut self, environment_id: &str) -> Result<Option<Version>> {
        self.newest_published_before(environment_id, i64::MAX).await
    }

    /// Returns the highest published version below a number.
    pub async fn newest_published_before(
        &mut self,
        environment_id: &str,
        number: i64,
    ) -> Result<Option<Version>> {
        let row = query(
            "SELECT * FROM version WHERE environment_id = $1 AND state = 'published' AND version < $2 \
             ORDER BY version DESC LIMIT 1",
        )
        .bind(environment_id)
        .bind(number)
        .fetch_optional(&mut self.sql)
        .await?;
        Ok(row.map(|row| version(&row)).transpose()?)
    }
}
