//! Reading audiences.

use edgewise_api::{Revisioned, resources::AudienceRow};
use edgewise_database::rows::revisioned;
use sqlx::{Row as _, query};

use super::row;
use crate::store::{Result, Tx};

impl Tx {
    /// Returns the audience with this id.
    pub async fn audience(&mut self, id: &str) -> Result<Option<Revisioned<AudienceRow>>> {
        let row =
            query("SELECT * FROM audience WHERE id = $1").bind(id).fetch_optional(&mut self.sql).await?;
        Ok(row.map(|row| revisioned(&row, row::audience)).transpose()?)
    }

    /// Returns a page of the audiences of one environment or of all, newest first, and the number of all of them.
    pub async fn audiences(
        &mut self,
        environment_id: Option<&str>,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<AudienceRow>, i64)> {
        let rows = query(
            "SELECT * FROM audience WHERE ($1 IS NULL OR environment_id = $1) \
             ORDER BY seq DESC LIMIT $2 OFFSET $3",
        )
        .bind(environment_id)
        .bind(limit)
        .bind(offset)
        .fetch_all(&mut self.sql)
        .await?;
        let total = query("SELECT COUNT(*) AS total FROM audience WHERE ($1 IS NULL OR environment_id = $1)")
            .bind(environment_id)
            .fetch_one(&mut self.sql)
            .await?;
        Ok((rows.iter().map(row::audience).collect::<sqlx::Result<_>>()?, total.try_get("total")?))
    }
}
