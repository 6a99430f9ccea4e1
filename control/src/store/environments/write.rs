//! Writing environments.

use sqlx::query;

use crate::store::{Result, Tx};

impl Tx {
    /// Inserts an environment.
    pub async fn insert_environment(&mut self, id: &str, name: &str, now: i64) -> Result<()> {
        query("INSERT INTO environment (id, name, created_at, updated_at) VALUES ($1, $2, $3, $3)")
            .bind(id)
            .bind(name)
            .bind(now)
            .execute(&mut self.sql)
            .await?;
        Ok(())
    }
}
