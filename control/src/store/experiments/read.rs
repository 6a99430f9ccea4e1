//! Reading one experiment.

use std::collections::HashMap;

use edgewise_api::{
    Revisioned,
    resources::{Experiment, ExperimentRow, Status},
};
use edgewise_database::rows::revisioned;
use sqlx::{Row as _, query};

use super::row;
use crate::store::{Result, Tx};

impl Tx {
    /// Returns the status of each experiment of an environment that is not running, by id.
    pub async fn stopped_experiments(&mut self, environment_id: &str) -> Result<HashMap<String, Status>> {
        let rows =
            query("SELECT id, status FROM experiment WHERE environment_id = $1 AND status <> 'RUNNING'")
                .bind(environment_id)
                .fetch_all(&mut self.sql)
                .await?;
        let stopped = rows.iter().map(|row| Ok((row.try_get("id")?, row::status(row)?)));
        Ok(stopped.collect::<sqlx::Result<_>>()?)
    }

    /// Returns the experiment with this id, without its variants, allocations, environment and audience.
    pub async fn experiment_row(&mut self, id: &str) -> Result<Option<Revisioned<ExperimentRow>>> {
        let row =
            query("SELECT * FROM experiment WHERE id = $1").bind(id).fetch_optional(&mut self.sql).await?;
        Ok(row.map(|row| revisioned(&row, row::experiment)).transpose()?)
    }

    /// Returns the experiment with this id, with its variants, allocations, environment and audience.
    pub async fn experiment(&mut self, id: &str) -> Result<Option<Revisioned<Experiment>>> {
        let Some(Revisioned { revision, value: row }) = self.experiment_row(id).await? else {
            return Ok(None);
        };
        let audience = match &row.audience_id {
            Some(id) => self.audience(id).await?.map(|audience| audience.value),
            None => None,
        };
        let Some(environment) = self.environment(&row.environment_id).await? else { return Ok(None) };
        let variants = self.variants(id).await?;
        let allocations = self.allocations(id).await?;
        let value = Experiment { row, variants, allocations, environment: environment.value, audience };
        Ok(Some(Revisioned { revision, value }))
    }
}
