//! The content of an environment to publish.

use sqlx::{Row as _, query};

use crate::store::{Result, Tx, experiments::RunningRows};

/// The content of an environment to publish, at one moment: the rows of each resource that a snapshot contains.
#[derive(Debug)]
pub struct Content {
    /// The number of changes of the environment at that moment.
    pub changes: i64,
    /// The author of the last change that is due.
    pub due_by: Option<String>,
    /// The running experiments.
    pub experiments: RunningRows,
}

impl Tx {
    /// Returns the content of an environment to publish. In a read transaction, all of the content is of one moment.
    pub async fn content(&mut self, environment_id: &str) -> Result<Content> {
        let environment = query("SELECT changes, due_by FROM environment WHERE id = $1")
            .bind(environment_id)
            .fetch_one(&mut self.sql)
            .await?;
        Ok(Content {
            changes: environment.try_get("changes")?,
            due_by: environment.try_get("due_by")?,
            experiments: self.running_experiments(environment_id).await?,
        })
    }
}
