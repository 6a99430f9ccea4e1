//! Creating experiments.

use edgewise_api::{
    FieldPath, Revisioned, limits,
    resources::{
        Allocation, AllocationCreate, Experiment, ExperimentCreate, ExperimentRow, InitialStatus, Variant,
    },
};
use edgewise_caller::Principal;
use serde::Serialize;

use super::{
    edit::check_audience,
    error::{ExperimentError, Result},
};
use crate::services::{
    error::{or_conflict, or_not_found},
    rules::rules_json,
    work::{Change, Outcome, Publishing, Services, Subject, UnitOfWork},
};
use crate::store::Tx;

/// The members of a created experiment in its change. Lists that are empty are absent.
#[derive(Serialize)]
struct CreatedMembers<'a> {
    #[serde(flatten)]
    row: &'a ExperimentRow,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    variants: &'a [Variant],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    allocations: &'a [Allocation],
}

impl Services {
    /// Creates an experiment with a salt of its own, and with the variants and allocations of the request, in one
    /// transaction. The change is published if the experiment is running.
    ///
    /// # Errors
    /// 404 for an unknown environment or audience, 409 if a key is in use, 422 for an audience of another environment and
    /// for too many experiments.
    pub async fn create_experiment(
        &self,
        principal: &Principal,
        request: &ExperimentCreate,
    ) -> Result<Outcome<Revisioned<Experiment>>> {
        let unit = self.begin(principal, Subject::Environment(&request.environment_id)).await?;
        self.create(unit, request).await
    }

    /// Creates an experiment in a unit of work of its environment.
    pub(super) async fn create(
        &self,
        mut unit: UnitOfWork<'_>,
        request: &ExperimentCreate,
    ) -> Result<Outcome<Revisioned<Experiment>>> {
        let (id, salt, now) = (self.ids.new_id(), self.ids.new_id(), self.clock.now_ms());
        let rules = request.targeting_rules.as_deref().map(rules_json).transpose()?;
        let tx = unit.tx();
        check(tx, request).await?;
        let inserted = tx.insert_experiment(&id, &salt, request, rules.as_deref(), now).await;
        or_conflict(inserted, || ExperimentError::KeyInUse { key: request.key.clone() })?;
        self.insert_parts(tx, &id, request).await?;
        let experiment = or_not_found(tx.experiment(&id).await?, "experiment", &id)?;
        let Experiment { row, variants, allocations, .. } = &experiment.value;
        let change = Change::created(row, &CreatedMembers { row, variants, allocations })?;
        let publishing = Publishing::due_if(request.status == InitialStatus::Running);
        let publication = self.commit(unit, change, publishing).await?;
        Ok(Outcome { value: experiment, publication })
    }

    /// Inserts the variants and the allocations of a new experiment.
    async fn insert_parts(&self, tx: &mut Tx, id: &str, request: &ExperimentCreate) -> Result<()> {
        let mut variant_ids = Vec::with_capacity(request.variants.len());
        for (index, variant) in request.variants.iter().enumerate() {
            let path = FieldPath::of("variants").at(index);
            variant_ids.push(self.insert_variant(tx, id, variant.clone(), path).await?.id);
        }
        let by_id = request.allocations_by_id(&variant_ids);
        let by_id = by_id.ok_or_else(|| unknown_variant(request))?;
        let allocations: Vec<_> =
            by_id.into_iter().map(|allocation| (self.ids.new_id(), allocation)).collect();
        if allocations.is_empty() { Ok(()) } else { Ok(tx.replace_allocations(id, &allocations).await?) }
    }

    /// Checks whether an experiment could be created now. Nothing is written.
    ///
    /// # Errors
    /// Those of [`Services::create_experiment`].
    pub async fn check_experiment(&self, principal: &Principal, request: &ExperimentCreate) -> Result<()> {
        let environment_id = &request.environment_id;
        let mut tx = self.read(principal).await?;
        or_not_found(tx.environment(environment_id).await?, "environment", environment_id)?;
        check(&mut tx, request).await?;
        if tx.has_experiment(environment_id, &request.key).await? {
            return Err(ExperimentError::KeyInUse { key: request.key.clone() });
        }
        Ok(())
    }
}

/// Returns the failure for the first allocation that names no variant of the request.
fn unknown_variant(request: &ExperimentCreate) -> ExperimentError {
    let names_none = |allocation: &AllocationCreate| {
        request.variants.iter().all(|variant| variant.key != allocation.variant)
    };
    let index = request.allocations.iter().position(names_none).unwrap_or_default();
    ExperimentError::UnknownVariantKey { index }
}

/// Checks that the environment may have another experiment, and that the audience is one of the environment.
async fn check(tx: &mut Tx, request: &ExperimentCreate) -> Result<()> {
    let environment_id = &request.environment_id;
    if let Some(audience_id) = &request.audience_id {
        check_audience(tx, audience_id, environment_id).await?;
    }
    if tx.count_experiments(environment_id).await? >= limits::EXPERIMENTS {
        return Err(ExperimentError::TooManyExperiments);
    }
    Ok(())
}
