//! The changes of an environment: their numbers, and whether they are to be published.

use sqlx::{Row as _, query};

use crate::store::{Result, Tx};

/// The number a change got, which says where it stands among all changes of its environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Counts from 1.
    pub number: i64,
    /// The environment keeps its changes unpublished for now.
    pub held: bool,
}

impl Tx {
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
