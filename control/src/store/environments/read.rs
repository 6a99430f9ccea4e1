//! Reading environments.

use edgewise_api::{Revisioned, resources::Environment, search::Search};
use edgewise_database::rows::revisioned;
use sqlx::{Row as _, query};

use super::row;
use crate::store::{
    Result, Tx,
    search::{bind_words, has_words},
};

/// The condition for environments that match a search, with the parameters $1 to $8.
macro_rules! matching {
    () => {
        has_words!("COALESCE(search, LOWER(name))", 1, 2, 3, 4, 5, 6, 7, 8)
    };
}

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

    /// Returns a page of the environments that match a search, sorted by name, and the number of all that match.
    pub async fn environments(
        &mut self,
        search: Option<&Search>,
        limit: i64,
        offset: i64,
    ) -> Result<(Vec<Environment>, i64)> {
        let page = query(concat!(
            "SELECT * FROM environment WHERE ",
            matching!(),
            " ORDER BY name LIMIT $9 OFFSET $10"
        ));
        let rows = bind_words(page, search).bind(limit).bind(offset).fetch_all(&mut self.sql).await?;
        let total = query(concat!("SELECT COUNT(*) AS total FROM environment WHERE ", matching!()));
        let total = bind_words(total, search).fetch_one(&mut self.sql).await?;
        Ok((rows.iter().map(row::environment).collect::<sqlx::Result<_>>()?, total.try_get("total")?))
    }
}
