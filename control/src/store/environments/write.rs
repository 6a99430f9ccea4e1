//! Writing environments.

use sqlx::query;

use crate::store::{Result, Tx, search::of_name};

impl Tx {
    /// Inserts an environment.
    pub async fn insert_environment(&mut self, id: &str, name: &str, now: i64) -> Result<()> {
        query(
            "INSERT INTO environment (id, name, search, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)",
        )
        .bind(id)
        .bind(name)
        .bind(of_name(name))
        .bind(now)
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }
}
