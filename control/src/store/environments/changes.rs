//! The changes of an environment: numbering them, marking them as due, and holding them back.

use edgewise_database::rows::changed_one_row;
use sqlx::{Any, Row as _, any::AnyArguments, query, query::Query};

use crate::store::{Result, Tx};

/// A change of an environment, numbered in the order of all changes of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberedChange {
    /// The id of the environment.
    pub environment_id: String,
    /// The number, from 1.
    pub number: i64,
    /// Whether the environment is held: its changes are saved, but not published.
    pub held: bool,
}

impl Tx {
    /// Numbers a change of the environment. The row stays locked, so other changes of the environment wait until this
    /// transaction ends. `None` if there is no such environment.
    pub async fn begin_change(&mut self, environment_id: &str) -> Result<Option<NumberedChange>> {
        let numbering = query(
            "UPDATE environment SET changes = changes + 1 WHERE id = $1 RETURNING id, changes AS number, held",
        );
        self.numbered(numbering.bind(environment_id)).await
    }

    /// Numbers a change of the environment of an audience, as [`Tx::begin_change`]. `None` if there is no such audience.
    pub async fn begin_audience_change(&mut self, id: &str) -> Result<Option<NumberedChange>> {
        let numbering = query(
            "UPDATE environment SET changes = changes + 1 \
             WHERE id = (SELECT environment_id FROM audience WHERE id = $1) \
             RETURNING id, changes AS number, held",
        );
        self.numbered(numbering.bind(id)).await
    }

    /// Numbers a change of the environment of an experiment, as [`Tx::begin_change`]. `None` if there is no such experiment.
    pub async fn begin_experiment_change(&mut self, id: &str) -> Result<Option<NumberedChange>> {
        let numbering = query(
            "UPDATE environment SET changes = changes + 1 \
             WHERE id = (SELECT environment_id FROM experiment WHERE id = $1) \
             RETURNING id, changes AS number, held",
        );
        self.numbered(numbering.bind(id)).await
    }

    async fn numbered(&mut self, numbering: Query<'_, Any, AnyArguments>) -> Result<Option<NumberedChange>> {
        let Some(row) = numbering.fetch_optional(&mut self.sql).await? else { return Ok(None) };
        Ok(Some(NumberedChange {
            environment_id: row.try_get("id")?,
            number: row.try_get("number")?,
            held: row.try_get::<i64, _>("held")? != 0,
        }))
    }

    /// Marks the change, and all changes before it, as due for publishing. Listeners are notified once this transaction is
    /// committed.
    pub async fn mark_due(&mut self, change: &NumberedChange, by: &str) -> Result<()> {
        let marked = query("UPDATE environment SET due = $2, due_by = $3 WHERE id = $1")
            .bind(&change.environment_id)
            .bind(change.number)
            .bind(by)
            .execute(&mut self.sql)
            .await?;
        changed_one_row(&marked)?;
        self.notify_due().await
    }

    /// Holds the environment from a time on, so that its changes are not published; `None` ends that.
    pub async fn hold(&mut self, environment_id: &str, since: Option<i64>) -> Result<()> {
        let held = query("UPDATE environment SET held = $2, held_at = $3 WHERE id = $1")
            .bind(environment_id)
            .bind(i64::from(since.is_some()))
            .bind(since)
            .execute(&mut self.sql)
            .await?;
        Ok(changed_one_row(&held)?)
    }
}
