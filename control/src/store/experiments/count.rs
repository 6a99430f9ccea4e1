//! Counting experiments.

use sqlx::{Row as _, query};

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

    /// Returns whether an environment has an experiment with this key.
    pub async fn has_experiment(&mut self, environment_id: &str, key: &str) -> Result<bool> {
        let row = query("SELECT id FROM experiment WHERE environment_id = $1 AND key = $2")
            .bind(environment_id)
            .bind(key)
            .fetch_optional(&mut self.sql)
            .await?;
        Ok(row.is_some())
    }
}
