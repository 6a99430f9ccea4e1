//! The publication state of an environment.

use edgewise_api::EnvironmentName;
use sqlx::{Row as _, query};

use super::row::{PublishState, environment_name, publish_state};
use crate::store::{Result, Tx};

impl Tx {
    /// Returns the ids of the environments with changes to publish or a pending version, and the number of changes of each.
    pub async fn environments_to_publish(&mut self) -> Result<Vec<(String, i64)>> {
        let rows = query(
            "SELECT id, changes FROM environment WHERE (held = 0 AND due > published) \
             OR id IN (SELECT environment_id FROM version WHERE state = 'pending')",
        )
        .fetch_all(&mut self.sql)
        .await?;
        let found = rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("changes")?)));
        Ok(found.collect::<sqlx::Result<_>>()?)
    }

    /// Returns the name and the publication state of an environment.
    pub async fn publish_state(
        &mut self,
        environment_id: &str,
    ) -> Result<Option<(EnvironmentName, PublishState)>> {
        let row = query("SELECT name, due, published, held, held_at FROM environment WHERE id = $1")
            .bind(environment_id)
            .fetch_optional(&mut self.sql)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let name = environment_name(&row)?;
        let state = publish_state(&row)?;
        Ok(Some((name, state)))
    }
}
