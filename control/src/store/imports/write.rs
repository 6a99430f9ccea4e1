//! Inserting the resources of another system.

use edgewise_api::resources::ExperimentRow;
use serde_json::value::RawValue;
use sqlx::query;

use super::times::Times;
use crate::store::{
    Result, Tx,
    search::{of_experiment, of_name},
};

impl Tx {
    /// Inserts an imported environment.
    pub async fn import_environment(&mut self, id: &str, name: &str, times: Times) -> Result<()> {
        query(
            "INSERT INTO environment (id, name, search, created_at, updated_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id)
        .bind(name)
        .bind(of_name(name))
        .bind(times.created_at)
        .bind(times.updated_at)
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }

    /// Inserts an imported audience.
    pub async fn import_audience(
        &mut self,
        id: &str,
        environment_id: &str,
        (name, rules): (&str, &str),
        times: Times,
    ) -> Result<()> {
        query(
            "INSERT INTO audience (id, environment_id, name, search, rules, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id)
        .bind(environment_id)
        .bind(name)
        .bind(of_name(name))
        .bind(rules)
        .bind(times.created_at)
        .bind(times.updated_at)
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }

    /// Inserts an imported experiment. `times` replaces the times of `experiment`.
    pub async fn import_experiment(&mut self, experiment: &ExperimentRow, times: Times) -> Result<()> {
        query(
            "INSERT INTO experiment (id, environment_id, audience_id, key, name, description, salt, status, \
             targeting_rules, created_at, updated_at, search) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(&experiment.id)
        .bind(&experiment.environment_id)
        .bind(experiment.audience_id.as_deref())
        .bind(&experiment.key)
        .bind(&experiment.name)
        .bind(experiment.description.as_deref())
        .bind(&experiment.salt)
        .bind(experiment.status.name())
        .bind(experiment.targeting_rules.as_deref().map(RawValue::get))
        .bind(times.created_at)
        .bind(times.updated_at)
        .bind(of_experiment(&experiment.name, &experiment.key))
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }

    /// Records that another system has used a version number, so that the next version gets a higher one.
    pub async fn import_version_number(
        &mut self,
        environment_id: &str,
        number: i64,
        snapshot: &str,
        (changes, now, by): (i64, i64, &str),
    ) -> Result<()> {
        query(
            "INSERT INTO version (environment_id, version, state, snapshot, changes, created_at, created_by) \
             VALUES ($1, $2, 'superseded', $3, $4, $5, $6)",
        )
        .bind(environment_id)
        .bind(number)
        .bind(snapshot)
        .bind(changes)
        .bind(now)
        .bind(by)
        .execute(&mut self.sql)
        .await?;
        Ok(())
    }
}
