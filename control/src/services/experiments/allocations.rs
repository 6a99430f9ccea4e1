//! The allocations of an experiment.

use edgewise_api::{
    Revisioned,
    conditional::Precondition,
    resources::{Allocation, AllocationsPut},
};
use edgewise_caller::Principal;

use super::error::{ExperimentError, Result};
use crate::services::work::{Change, Outcome, Services};

impl Services {
    /// Replaces the allocations of an experiment.
    ///
    /// # Errors
    /// 400 for a variant of another experiment, 404 for an unknown experiment, 412 if the precondition fails.
    pub async fn put_allocations(
        &self,
        principal: &Principal,
        experiment_id: &str,
        precondition: &Precondition,
        request: AllocationsPut,
    ) -> Result<Outcome<Revisioned<Vec<Allocation>>>> {
        let (mut unit, experiment) = self.begin_experiment(principal, experiment_id, precondition).await?;
        let variants = unit.tx().variants(experiment_id).await?;
        for (index, allocation) in request.allocations.iter().enumerate() {
            if !variants.iter().any(|variant| variant.id == allocation.variant_id) {
                return Err(ExperimentError::UnknownVariant { index });
            }
        }
        let rows: Vec<_> =
            request.allocations.into_iter().map(|allocation| (self.ids.new_id(), allocation)).collect();
        let before = unit.tx().allocations(experiment_id).await?;
        unit.tx().replace_allocations(experiment_id, &rows).await?;
        let value = unit.tx().allocations(experiment_id).await?;
        let change = Change::replaced(&experiment, "allocations", &before, &value)?;
        self.commit_parts(unit, &experiment, change, value).await
    }
}
