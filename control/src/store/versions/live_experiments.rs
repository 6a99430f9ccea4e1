//! What is live of each experiment.

use std::collections::HashMap;

use edgewise_database::rows::changed_one_row;
use sqlx::{Row as _, query};

use crate::store::{Result, Tx};

/// An experiment of a live version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveExperiment {
    /// The id of the experiment.
    pub id: String,
    /// The allocations as published: a JSON array.
    pub split: String,
}

impl Tx {
    /// Returns the ids of the environments whose live experiments are not those of the live version. An earlier release
    /// published the version.
    pub async fn environments_without_live_list(&mut self) -> Result<Vec<String>> {
        let rows = query(
            "SELECT e.id FROM environment e WHERE COALESCE(e.live_listed, 0) < (SELECT MAX(v.version) FROM version v \
             WHERE v.environment_id = e.id AND v.state = 'published')",
        )
        .fetch_all(&mut self.sql)
        .await?;
        Ok(rows.iter().map(|row| row.try_get("id")).collect::<sqlx::Result<_>>()?)
    }

    /// Records the experiments of a version that is live. Only differences from the rows of the version before are written.
    /// Does nothing if a newer version is recorded. The environment must be locked by this transaction.
    pub async fn record_live(
        &mut self,
        environment_id: &str,
        version: i64,
        experiments: &[LiveExperiment],
    ) -> Result<()> {
        let listed =
            query("UPDATE environment SET live_listed = $2 WHERE id = $1 AND COALESCE(live_listed, 0) < $2")
                .bind(environment_id)
                .bind(version)
                .execute(&mut self.sql)
                .await?;
        if listed.rows_affected() == 0 {
            return Ok(());
        }
        let rows = query("SELECT experiment_id, split FROM live_experiment WHERE environment_id = $1")
            .bind(environment_id)
            .fetch_all(&mut self.sql)
            .await?;
        let mut before: HashMap<String, String> = HashMap::with_capacity(rows.len());
        for row in &rows {
            before.insert(row.try_get("experiment_id")?, row.try_get("split")?);
        }
        for LiveExperiment { id, split } in experiments {
            match before.remove(id) {
                Some(known) if known == *split => {}
                Some(_) => self.update_live(environment_id, version, id, split).await?,
                None => self.insert_live(environment_id, version, id, split).await?,
            }
        }
        for id in before.keys() {
            let deleted =
                query("DELETE FROM live_experiment WHERE environment_id = $1 AND experiment_id = $2")
                    .bind(environment_id)
                    .bind(id)
                    .execute(&mut self.sql)
                    .await?;
            changed_one_row(&deleted)?;
        }
        Ok(())
    }

    async fn insert_live(&mut self, environment_id: &str, version: i64, id: &str, split: &str) -> Result<()> {
        query(
            "INSERT INTO live_experiment (environment_id, experiment_id, version, split) VALUES ($1, $2, $3, $4)",
        )
        .bind(environment_id)
        .bind(id)
        .bind(version)
        .bind(split)
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }

    async fn update_live(&mut self, environment_id: &str, version: i64, id: &str, split: &str) -> Result<()> {
        let updated = query(
            "UPDATE live_experiment SET version = $3, split = $4 WHERE environment_id = $1 AND experiment_id = $2",
        )
        .bind(environment_id)
        .bind(id)
        .bind(version)
        .bind(split)
        .execute(&mut self.sql)
        .await?;
        Ok(changed_one_row(&updated)?)
    }
}
