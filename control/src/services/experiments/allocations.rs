//! The allocations of an experiment.

use edgewise_api::{
    ApiError, Revisioned,
    conditional::Precondition,
    resources::{Allocation, AllocationsPut},
};
use edgewise_caller::Actor;

use crate::services::{change::Changed, context::Services, error::Result};

impl Services {
    /// Replaces an experiment's allocations.
    ///
    /// # Errors
    /// 400 for a variant that is none of the experiment's, 404 for an unknown experiment, 412 if the
    /// precondition does not hold.
    pub async fn put_allocations(
        &self,
        actor: &Actor,
        experiment_id: &str,
        precondition: &Precondition,
        request: AllocationsPut,
    ) -> Result<Changed<Revisioned<Vec<Allocation>>>> {
        let (mut tx, change, experiment) = self.change_experiment(experiment_id, precondition).await?;
        let variants = tx.variants(experiment_id).await?;
        for (index, allocation) in request.allocations.iter().enumerate() {
            if !variants.iter().any(|variant| variant.id == allocation.variant_id) {
                return Err(ApiError::invalid(format!(
                    "`allocations[{index}].variantId` names no variant of the experiment"
                )));
            }
        }
        let rows: Vec<_> =
            request.allocations.into_iter().map(|allocation| (self.ids.new_id(), allocation)).collect();
        tx.replace_allocations(experiment_id, &rows).await?;
        let value = tx.allocations(experiment_id).await?;
        self.finish_below((tx, change, experiment), value, (actor, "allocations put", experiment_id)).await
    }
}
