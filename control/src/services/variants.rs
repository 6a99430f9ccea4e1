use edgewise_api::{
    ApiError, Revisioned,
    conditional::Precondition,
    limits,
    resources::{
        Allocation, AllocationsPut, ExperimentRow, Status, Variant, VariantCreate, VariantPatch,
        VariantsPatch,
    },
};

use super::{Changed, Result, Services, missing, or_conflict};
use crate::store::{Change, Tx};
use edgewise_caller::Actor;

impl Services {
    /// Adds a variant to an experiment. Published if the experiment runs; so are all changes below.
    ///
    /// # Errors
    /// 404 for an unknown experiment, 409 for a key that is taken, 412 if the precondition does not hold, 422
    /// for too many variants.
    pub async fn create_variant(
        &self,
        actor: &Actor,
        experiment_id: &str,
        precondition: &Precondition,
        request: VariantCreate,
    ) -> Result<Changed<Revisioned<Variant>>> {
        let (mut tx, change, experiment) = self.change_experiment(experiment_id, precondition).await?;
        let variant = self.insert(&mut tx, experiment_id, request).await?;
        check_count(&mut tx, experiment_id).await?;
        let id = variant.id.clone();
        self.finish_below((tx, change, experiment), variant, (actor, "variant created", &id)).await
    }

    /// Changes a variant.
    ///
    /// # Errors
    /// 404 for an unknown experiment or variant, 412 if the precondition does not hold.
    pub async fn update_variant(
        &self,
        actor: &Actor,
        (experiment_id, id): (&str, &str),
        precondition: &Precondition,
        request: &VariantPatch,
    ) -> Result<Changed<Revisioned<Variant>>> {
        let (mut tx, change, experiment) = self.change_experiment(experiment_id, precondition).await?;
        variant(&mut tx, experiment_id, id).await?;
        tx.update_variant(id, request).await?;
        let value = variant(&mut tx, experiment_id, id).await?;
        self.finish_below((tx, change, experiment), value, (actor, "variant changed", id)).await
    }

    /// Deletes a variant and its allocations.
    ///
    /// # Errors
    /// 404 for an unknown experiment or variant, 412 if the precondition does not hold.
    pub async fn delete_variant(
        &self,
        actor: &Actor,
        (experiment_id, id): (&str, &str),
        precondition: &Precondition,
    ) -> Result<Changed<Revisioned<Variant>>> {
        let (mut tx, change, experiment) = self.change_experiment(experiment_id, precondition).await?;
        let value = variant(&mut tx, experiment_id, id).await?;
        tx.delete_variant(id).await?;
        self.finish_below((tx, change, experiment), value, (actor, "variant deleted", id)).await
    }

    /// Deletes, changes and adds variants, in that order: all or nothing.
    ///
    /// # Errors
    /// As for one variant.
    pub async fn patch_variants(
        &self,
        actor: &Actor,
        experiment_id: &str,
        precondition: &Precondition,
        request: VariantsPatch,
    ) -> Result<Changed<Revisioned<Vec<Variant>>>> {
        let (mut tx, change, experiment) = self.change_experiment(experiment_id, precondition).await?;
        for id in &request.delete {
            variant(&mut tx, experiment_id, id).await?;
            tx.delete_variant(id).await?;
        }
        for update in request.update {
            variant(&mut tx, experiment_id, &update.id).await?;
            let patch = VariantPatch { name: update.name, payload: update.payload };
            tx.update_variant(&update.id, &patch).await?;
        }
        for create in request.create {
            self.insert(&mut tx, experiment_id, create).await?;
        }
        check_count(&mut tx, experiment_id).await?;
        let value = tx.variants(experiment_id).await?;
        self.finish_below((tx, change, experiment), value, (actor, "variants changed", experiment_id)).await
    }

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

    /// Ends a change to what belongs to an experiment: raises the experiment's revision, and publishes if it
    /// runs.
    async fn finish_below<T>(
        &self,
        (mut tx, change, experiment): (Tx, Change, ExperimentRow),
        value: T,
        what: (&Actor, &'static str, &str),
    ) -> Result<Changed<Revisioned<T>>> {
        let revision = tx.touch_experiment(&experiment.id).await?;
        let running = experiment.status == Status::Running;
        let publication = self.finish(tx, &experiment.environment_id, change, running, what).await?;
        Ok(Changed { value: Revisioned { revision, value }, publication })
    }

    async fn insert(&self, tx: &mut Tx, experiment_id: &str, request: VariantCreate) -> Result<Variant> {
        let VariantCreate { key, name, payload } = request;
        let variant =
            Variant { id: self.ids.new_id(), key, name, payload, experiment_id: experiment_id.to_owned() };
        or_conflict(tx.insert_variant(&variant).await, || {
            format!("the experiment has a variant `{}` already", variant.key)
        })?;
        Ok(variant)
    }
}

async fn variant(tx: &mut Tx, experiment_id: &str, id: &str) -> Result<Variant> {
    tx.variant(experiment_id, id).await?.ok_or_else(|| missing("variant of this experiment", id))
}

async fn check_count(tx: &mut Tx, experiment_id: &str) -> Result<()> {
    if tx.variants(experiment_id).await?.len() > limits::VARIANTS {
        let most = limits::VARIANTS;
        return Err(ApiError::unprocessable(format!("an experiment has at most {most} variants")));
    }
    Ok(())
}
