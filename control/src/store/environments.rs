use edgewise_api::{Revisioned, resources::Environment};
use edgewise_database::rows::revisioned;
use sqlx::{Row as _, query};

use super::{Result, Tx, rows};

/// The number a change got, which says where it stands among all changes of its environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Counts from 1.
    pub number: i64,
    /// The environment keeps its changes unpublished for now.
    pub held: bool,
}

impl Tx {
    /// Writes a new environment.
    pub async fn insert_environment(&mut self, id: &str, name: &str, now: i64) -> Result<()> {
        query("INSERT INTO environment (id, name, created_at, updated_at) VALUES ($1, $2, $3, $3)")
            .bind(id)
            .bind(name)
            .bind(now)
            .execute(&mut self.sql)
            .await?;
        Ok(())
    }

    /// The environment of that id.
    pub async fn environment(&mut self, id: &str) -> Result<Option<Revisioned<Environment>>> {
        let row =
            query("SELECT * FROM environment WHERE id = $1").bind(id).fetch_optional(&mut self.sql).await?;
        Ok(row.map(|row| revisioned(&row, rows::environment)).transpose()?)
    }

    /// Whether there is an environment of that name.
    pub async fn has_environment_named(&mut self, name: &str) -> Result<bool> {
        let row = query("SELECT id FROM environment WHERE name = $1").bind(name);
        Ok(row.fetch_optional(&mut self.sql).await?.is_some())
    }

    /// A page of all environments, by name, and how many there are.
    pub async fn environments(&mut self, limit: i64, offset: i64) -> Result<(Vec<Environment>, i64)> {
        let rows = query("SELECT * FROM environment ORDER BY name LIMIT $1 OFFSET $2")
            .bind(limit)
            .bind(offset)
            .fetch_all(&mut self.sql)
            .await?;
        let total = query("SELECT COUNT(*) AS total FROM environment").fetch_one(&mut self.sql).await?;
        Ok((rows.iter().map(rows::environment).collect::<sqlx::Result<_>>()?, total.try_get("total")?))
    }

    /// Counts a change to the environment, and so makes all other changes to it wait until this one is over.
    /// `None` if there is no such environment.
    pub async fn begin_change(&mut self, environment_id: &str) -> Result<Option<Change>> {
        let row = query(
            "UPDATE environment SET changes = changes + 1 WHERE id = $1 RETURNING changes AS number, held",
        )
        .bind(environment_id)
        .fetch_optional(&mut self.sql)
        .await?;
        let change = row.map(|row| {
            Ok(Change { number: row.try_get("number")?, held: row.try_get::<i64, _>("held")? != 0 })
        });
        Ok(change.transpose().map_err(|error: sqlx::Error| error)?)
    }

    /// Has the change published, and all before it. Whoever listens hears of it once this is committed.
    pub async fn mark_due(&mut self, environment_id: &str, change: Change, by: &str) -> Result<()> {
        query("UPDATE environment SET due = $2, due_by = $3 WHERE id = $1")
            .bind(environment_id)
            .bind(change.number)
            .bind(by)
            .execute(&mut self.sql)
            .await?;
        self.notify_due().await
    }

    /// Keeps changes unpublished from now on, or, without a time, no longer.
    pub async fn hold(&mut self, environment_id: &str, since: Option<i64>) -> Result<()> {
        query("UPDATE environment SET held = $2, held_at = $3 WHERE id = $1")
            .bind(environment_id)
            .bind(i64::from(since.is_some()))
            .bind(since)
            .execute(&mut self.sql)
            .await?;
        Ok(())
    }
}
