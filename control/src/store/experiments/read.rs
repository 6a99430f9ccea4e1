//! Reading one experiment.

use edgewise_api::{
    Revisioned,
    resources::{Experiment, ExperimentRow},
};
use edgewise_database::rows::revisioned;
use sqlx::query;

use super::row;
use crate::store::{Result, Tx};

impl Tx {
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
