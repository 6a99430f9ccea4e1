//! Reading environments.

use edgewise_api::{Revisioned, resources::Environment};
use edgewise_database::rows::revisioned;
use sqlx::{Row as _, query};

use super::row;
use crate::store::{Result, Tx};

impl Tx {
    /// Returns the environment with this id.
    pub async fn environment(&mut self, id: &str) -> Result<Option<Revisioned<Environment>>> {
        let row =
            query("SELECT * FROM environment WHERE id = $1").bind(id).fetch_optional(&mut self.sql).await?;
        Ok(row.map(|row| revisioned(&row, row::environment)).transpose()?)
    }

    /// Returns the environment with this name.
    pub async fn environment_named(&mut self, name: &str) -> Result<Option<Revisioned<Environment>>> {
        let row = query("SELECT * FROM environment WHERE name = $1")
            .bind(name)
            .fetch_optional(&mut self.sql)
            .await?;
        Ok(row.map(|row| revisioned(&row, row::environment)).transpose()?)
    }

    /// Returns whether an environment has this name.
    pub async fn has_environment_named(&mut self, name: &str) -> Result<bool> {
        let row = query("SELECT id FROM environment WHERE name = $1").bind(name);
        Ok(row.fetch_optional(&mut self.sql).await?.is_some())
    }

    /// Returns a page of the environments, sorted by name, and the number of all environments.
    pub async fn environments(&mut self, limit: i64, offset: i64) -> Result<(Vec<Environment>, i64)> {
        let rows = query("SELECT * FROM environment ORDER BY name LIMIT $1 OFFSET $2")
            .bind(limit)
            .bind(offset)
            .fetch_all(&mut self.sql)
            .await?;
        let total = query("SELECT COUNT(*) AS total FROM environment").fetch_one(&mut self.sql).await?;
        Ok((rows.iter().map(row::environment).collect::<sqlx::Result<_>>()?, total.try_get("total")?))
    }
}
