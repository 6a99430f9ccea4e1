//! The allocations of an experiment.

use edgewise_api::resources::{Allocation, AllocationRequest};
use sqlx::query;

use super::row;
use crate::store::{Result, Tx};

impl Tx {
    /// Returns the allocations of an experiment, in the order of the request that set them.
    pub async fn allocations(&mut self, experiment_id: &str) -> Result<Vec<Allocation>> {
        let rows = query("SELECT * FROM allocation WHERE experiment_id = $1 ORDER BY seq")
            .bind(experiment_id)
            .fetch_all(&mut self.sql)
            .await?;
        Ok(rows.iter().map(row::allocation).collect::<sqlx::Result<_>>()?)
    }

    /// Replaces the allocations of an experiment.
    pub async fn replace_allocations(
        &mut self,
        experiment_id: &str,
        allocations: &[(String, AllocationRequest)],
    ) -> Result<()> {
        query("DELETE FROM allocation WHERE experiment_id = $1")
            .bind(experiment_id)
            .execute(&mut self.sql)
            .await?;
        for (id, allocation) in allocations {
            query(
                "INSERT INTO allocation (id, experiment_id, variant_id, range_start, range_end) \
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(id)
            .bind(experiment_id)
            .bind(&allocation.variant_id)
            .bind(allocation.range_start)
            .bind(allocation.range_end)
            .execute(&mut self.sql)
            .await?;
        }
        Ok(())
    }
}
