//! Counting experiments.

use edgewise_api::resources::StatusCounts;
use sqlx::{Row as _, query};

use super::row;
use crate::store::{Result, Tx};

impl Tx {
    /// Returns the number of experiments of an environment.
    pub async fn count_experiments(&mut self, environment_id: &str) -> Result<i64> {
        let row = query("SELECT COUNT(*) AS total FROM experiment WHERE environment_id = $1")
            .bind(environment_id)
            .fetch_one(&mut self.sql)
            .await?;
        Ok(row.try_get("total")?)
    }

    /// Returns the number of experiments of an environment, by status.
    pub async fn count_by_status(&mut self, environment_id: &str) -> Result<StatusCounts> {
        let rows = query(
            "SELECT status, COUNT(*) AS total FROM experiment WHERE environment_id = $1 GROUP BY status",
        )
        .bind(environment_id)
        .fetch_all(&mut self.sql)
        .await?;
        let mut counts = StatusCounts::default();
        rows.iter().try_for_each(|row| row::count(row, &mut counts))?;
        Ok(counts)
    }
}
