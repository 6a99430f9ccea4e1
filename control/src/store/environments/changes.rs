//! The changes of an environment: numbering them, marking them as due, and holding them back.

use sqlx::{Row as _, query};

use crate::store::{Result, Tx};

/// A change of an environment, numbered in the order of all changes of the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The number, from 1.
    pub number: i64,
    /// Whether the environment is held: its changes are saved, but not published.
    pub held: bool,
}

impl Tx {
    /// Numbers a change of the environment. The row stays locked, so other changes of the environment wait until this
    /// transaction ends. `None` if there is no such environment.
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

    /// Marks the change, and all changes before it, as due for publishing. Listeners are notified once this transaction is
    /// committed.
    pub async fn mark_due(&mut self, environment_id: &str, change: Change, by: &str) -> Result<()> {
        query("UPDATE environment SET due = $2, due_by = $3 WHERE id = $1")
            .bind(environment_id)
            .bind(change.number)
            .bind(by)
            .execute(&mut self.sql)
            .await?;
        self.notify_due().await
    }

    /// Holds the environment from a time on, so that its changes are not published; `None` ends that.
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
