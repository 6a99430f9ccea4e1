//! Reading and creating a new experiment.

use edgewise_api::{
    ApiError, FieldPath,
    resources::{AllocationsPut, ExperimentCreate, Status, StatusPatch, VariantsPatch},
};
use serde::Deserialize;

use crate::{
    calls::control::{Precondition, Principal, Services},
    model::{CreatedExperiment, Publication},
};

/// An experiment with its variants and allocations, before it is created.
pub(super) struct Plan {
    experiment: ExperimentCreate,
    variants: Option<VariantsPatch>,
    allocations: Option<AllocationsPut>,
    /// The ids by which allocations refer to variants, in the order of the variants.
    client_ids: Vec<String>,
}

#[derive(Deserialize)]
struct VariantId {
    id: String,
}

#[derive(Deserialize)]
struct VariantIds {
    create: Vec<VariantId>,
}

/// Checks whether an experiment could be created.
///
/// # Errors
/// The first problem that was found.
pub(super) async fn check(
    services: &Services,
    principal: &Principal,
    experiment: &str,
    variants: &str,
    allocations: &str,
) -> Result<(), ApiError> {
    let plan = Plan::read(experiment, variants, allocations)?;
    Ok(services.check_experiment(principal, &plan.experiment).await?)
}

impl Plan {
    /// Reads the request bodies. Empty bodies stand for no variants and no allocations.
    ///
    /// # Errors
    /// 400, with the name of the invalid field.
    pub(super) fn read(experiment: &str, variants: &str, allocations: &str) -> Result<Self, ApiError> {
        let experiment = ExperimentCreate::from_body(experiment.as_bytes())?;
        let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
        let client_ids = some(variants).and_then(|text| serde_json::from_str::<VariantIds>(text).ok());
        let client_ids =
            client_ids.map_or_else(Vec::new, |all| all.create.into_iter().map(|named| named.id).collect());
        let variants = some(variants).map(|text| VariantsPatch::from_body(text.as_bytes())).transpose();
        // The dashboard sends variants alone, so messages name them by their index among the variants.
        let variants = variants.map_err(|error| error.map_field(|path| path.with_root("variants")))?;
        for (index, variant) in variants.iter().flat_map(|variants| variants.create.iter().enumerate()) {
            let mut before = variants.iter().flat_map(|variants| &variants.create).take(index);
            if before.any(|other| other.key == variant.key) {
                return Err(ApiError::invalid_field(
                    FieldPath::of("variants").at(index).then("key"),
                    format_args!("must be unique: another variant has the key `{}`", variant.key),
                ));
            }
        }
        let allocations =
            some(allocations).map(|text| AllocationsPut::from_body(text.as_bytes())).transpose()?;
        for (index, allocation) in allocations.iter().flat_map(|put| put.allocations.iter().enumerate()) {
            if !client_ids.contains(&allocation.variant_id) {
                return Err(ApiError::invalid_field(
                    FieldPath::of("allocations").at(index).then("variantId"),
                    "must be the id of a variant",
                ));
            }
        }
        Ok(Self { experiment, variants, allocations, client_ids })
    }

    /// Creates the experiment, and launches it if `launch` is true. If a later step fails, the experiment stays a draft
    /// and the result holds the problem.
    ///
    /// # Errors
    /// The problem that kept the experiment from being created.
    pub(super) async fn create(
        self,
        services: &Services,
        principal: &Principal,
        launch: bool,
    ) -> Result<CreatedExperiment, ApiError> {
        let created = services.create_experiment(principal, &self.experiment).await?;
        let id = created.value.row.id;
        let rest = self.complete(services, principal, &id, launch).await;
        let (publication, problem) = match rest {
            Ok(publication) => (publication, None),
            Err(error) => (Publication::NotDue, Some(error.message)),
        };
        Ok(CreatedExperiment { id, publication, problem })
    }

    /// Saves variants and allocations, then launches. The experiment is a draft until then, so nothing is published
    /// before.
    async fn complete(
        self,
        services: &Services,
        principal: &Principal,
        id: &str,
        launch: bool,
    ) -> Result<Publication, ApiError> {
        // Nobody else knows the new experiment yet.
        let unconditionally = &Precondition::None;
        let mut variants = Vec::new();
        if let Some(patch) = self.variants.filter(|patch| !patch.create.is_empty()) {
            variants = services.patch_variants(principal, id, unconditionally, patch).await?.value.value;
        }
        if let Some(mut put) = self.allocations.filter(|put| !put.allocations.is_empty()) {
            for allocation in &mut put.allocations {
                let mut created = self.client_ids.iter().zip(&variants);
                if let Some((_, variant)) = created.find(|(name, _)| **name == allocation.variant_id) {
                    allocation.variant_id.clone_from(&variant.id);
                }
            }
            services.put_allocations(principal, id, unconditionally, put).await?;
        }
        if !launch {
            return Ok(Publication::NotDue);
        }
        let patch = StatusPatch { status: Status::Running };
        Ok(services.update_status(principal, id, unconditionally, patch).await?.publication.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPERIMENT: &str = r#"{"environmentId":"e","key":"k","name":"n"}"#;

    fn problem(variants: &str, allocations: &str) -> Option<String> {
        Plan::read(EXPERIMENT, variants, allocations).err().map(|error| error.message)
    }

    #[test]
    fn a_problem_names_the_index_of_the_variant() {
        let variants = |second: &str| {
            problem(&format!(r#"{{"create":[{{"id":"1","key":"a","name":"A"}},{{"id":"2",{second}}}]}}"#), "")
        };
        assert_eq!(variants(r#""key":"b","name":"B""#), None);
        assert_eq!(
            variants(r#""key":"","name":"B""#).as_deref(),
            Some("`variants[1].key` must not be empty")
        );
        assert_eq!(
            variants(r#""key":"b","name":"B","payload":"{""#).as_deref(),
            Some("`variants[1].payload` must be an object")
        );
        assert_eq!(
            variants(r#""key":"a","name":"B""#).as_deref(),
            Some("`variants[1].key` must be unique: another variant has the key `a`")
        );
    }

    #[test]
    fn allocations_refer_to_variants_by_placeholder_ids() {
        let variants = r#"{"create":[{"id":"1","key":"a","name":"A"}]}"#;
        let to =
            |id: &str| format!(r#"{{"allocations":[{{"variantId":"{id}","rangeStart":0,"rangeEnd":9}}]}}"#);
        assert_eq!(problem(variants, &to("1")), None);
        assert_eq!(
            problem(variants, &to("2")).as_deref(),
            Some("`allocations[0].variantId` must be the id of a variant")
        );
        assert!(problem("", "").is_none() && problem("", &to("1")).is_some());
    }
}
