//! The variants of an experiment.

use edgewise_api::{
    FieldPath, Revisioned,
    conditional::Precondition,
    limits,
    resources::{Variant, VariantCreate, VariantPatch, VariantsPatch},
};
use edgewise_caller::Principal;

use super::error::{ExperimentError, Result};
use crate::services::{
    error::{not_found, or_conflict},
    work::{Change, Outcome, Services},
};
use crate::store::Tx;

impl Services {
    /// Adds a variant to an experiment. Every change of variants is published if the experiment is running.
    ///
    /// # Errors
    /// 404 for an unknown experiment, 409 if the key is in use, 412 if the precondition fails, 422 for too many variants.
    pub async fn create_variant(
        &self,
        principal: &Principal,
        experiment_id: &str,
        precondition: &Precondition,
        request: VariantCreate,
    ) -> Result<Outcome<Revisioned<Variant>>> {
        let (mut unit, experiment) = self.begin_experiment(principal, experiment_id, precondition).await?;
        let variant = self.insert_variant(unit.tx(), experiment_id, request, FieldPath::default()).await?;
        unit.tx().mark_variants_added(experiment_id).await?;
        check_count(unit.tx(), experiment_id).await?;
        let change = Change::created(&variant, &variant)?;
        self.commit_parts(unit, &experiment, change, variant).await
    }

    /// Updates a variant.
    ///
    /// # Errors
    /// 404 for an unknown experiment or variant, 412 if the precondition fails.
    pub async fn update_variant(
        &self,
        principal: &Principal,
        (experiment_id, id): (&str, &str),
        precondition: &Precondition,
        request: &VariantPatch,
    ) -> Result<Outcome<Revisioned<Variant>>> {
        let (mut unit, experiment) = self.begin_experiment(principal, experiment_id, precondition).await?;
        let before = variant(unit.tx(), experiment_id, id).await?;
        unit.tx().update_variant(id, request).await?;
        let value = variant(unit.tx(), experiment_id, id).await?;
        let change = Change::updated(&value, &before, &value)?;
        self.commit_parts(unit, &experiment, change, value).await
    }

    /// Deletes a variant and its allocations.
    ///
    /// # Errors
    /// 404 for an unknown experiment or variant, 412 if the precondition fails.
    pub async fn delete_variant(
        &self,
        principal: &Principal,
        (experiment_id, id): (&str, &str),
        precondition: &Precondition,
    ) -> Result<Outcome<Revisioned<Variant>>> {
        let (mut unit, experiment) = self.begin_experiment(principal, experiment_id, precondition).await?;
        let value = variant(unit.tx(), experiment_id, id).await?;
        unit.tx().delete_variant(id).await?;
        let change = Change::deleted(&value, &value)?;
        self.commit_parts(unit, &experiment, change, value).await
    }

    /// Deletes, updates and adds variants, in this order, in one transaction.
    ///
    /// # Errors
    /// The errors of the functions for one variant.
    pub async fn patch_variants(
        &self,
        principal: &Principal,
        experiment_id: &str,
        precondition: &Precondition,
        request: VariantsPatch,
    ) -> Result<Outcome<Revisioned<Vec<Variant>>>> {
        let (mut unit, experiment) = self.begin_experiment(principal, experiment_id, precondition).await?;
        let tx = unit.tx();
        let before = tx.variants(experiment_id).await?;
        for id in &request.delete {
            variant(tx, experiment_id, id).await?;
            tx.delete_variant(id).await?;
        }
        for update in request.update {
            variant(tx, experiment_id, &update.id).await?;
            let patch = VariantPatch { name: update.name, payload: update.payload };
            tx.update_variant(&update.id, &patch).await?;
        }
        if !request.create.is_empty() {
            tx.mark_variants_added(experiment_id).await?;
        }
        for (index, create) in request.create.into_iter().enumerate() {
            self.insert_variant(tx, experiment_id, create, FieldPath::of("create").at(index)).await?;
        }
        check_count(tx, experiment_id).await?;
        let value = tx.variants(experiment_id).await?;
        let change = Change::replaced(&experiment, "variants", &before, &value)?;
        self.commit_parts(unit, &experiment, change, value).await
    }

    /// Inserts a variant. `path` is the path of the variant in the request.
    pub(super) async fn insert_variant(
        &self,
        tx: &mut Tx,
        experiment_id: &str,
        request: VariantCreate,
        path: FieldPath,
    ) -> Result<Variant> {
        let VariantCreate { key, name, payload } = request;
        let variant =
            Variant { id: self.ids.new_id(), key, name, payload, experiment_id: experiment_id.to_owned() };
        or_conflict(tx.insert_variant(&variant).await, || ExperimentError::VariantKeyInUse {
            key: variant.key.clone(),
            field: path.then("key"),
        })?;
        Ok(variant)
    }
}

async fn variant(tx: &mut Tx, experiment_id: &str, id: &str) -> Result<Variant> {
    Ok(tx.variant(experiment_id, id).await?.ok_or_else(|| not_found("variant of this experiment", id))?)
}

async fn check_count(tx: &mut Tx, experiment_id: &str) -> Result<()> {
    if tx.variants(experiment_id).await?.len() > limits::VARIANTS {
        return Err(ExperimentError::TooManyVariants);
    }
    Ok(())
}
