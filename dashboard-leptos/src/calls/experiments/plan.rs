//! What a new experiment is to be, as it is read from requests.

use edgewise_api::{
    ApiError,
    resources::{AllocationsPut, ExperimentCreate, Status, StatusPatch, VariantsPatch},
};
use serde::Deserialize;

use crate::{
    calls::control::{Actor, Precondition, Services},
    model::{Made, Publication},
};

/// An experiment with its variants and allocations, before it is made.
pub(super) struct Plan {
    experiment: ExperimentCreate,
    variants: Option<VariantsPatch>,
    allocations: Option<AllocationsPut>,
    /// What allocations call the variants, in their order.
    names: Vec<String>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Deserialize)]
struct AllNamed {
    create: Vec<Named>,
}

/// Says what would keep an experiment from being made.
///
/// # Errors
/// That.
pub(super) async fn check(
    services: &Services,
    experiment: &str,
    variants: &str,
    allocations: &str,
) -> Result<(), ApiError> {
    let plan = Plan::read(experiment, variants, allocations)?;
    services.check_experiment(&plan.experiment).await
}

impl Plan {
    /// Reads the bodies of requests. Empty ones of variants and allocations stand for none.
    ///
    /// # Errors
    /// 400, naming the field that is wrong.
    pub(super) fn read(experiment: &str, variants: &str, allocations: &str) -> Result<Self, ApiError> {
        let experiment = ExperimentCreate::from_body(experiment.as_bytes())?;
        let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
        let names = some(variants).and_then(|text| serde_json::from_str::<AllNamed>(text).ok());
        let names = names.map_or_else(Vec::new, |all| all.create.into_iter().map(|named| named.id).collect());
        let variants = some(variants).map(|text| VariantsPatch::from_body(text.as_bytes())).transpose();
        // They are none of several changes to people.
        let variants = variants.map_err(|ApiError { status, message }| ApiError {
            status,
            message: message.replacen("`create", "`variants", 1),
        })?;
        for (index, variant) in variants.iter().flat_map(|variants| variants.create.iter().enumerate()) {
            let mut before = variants.iter().flat_map(|variants| &variants.create).take(index);
            if before.any(|other| other.key == variant.key) {
                return Err(ApiError::invalid(format!(
                    "`variants[{index}].key` must differ from those of the other variants; `{}` is taken",
                    variant.key
                )));
            }
        }
        let allocations =
            some(allocations).map(|text| AllocationsPut::from_body(text.as_bytes())).transpose()?;
        for (index, allocation) in allocations.iter().flat_map(|put| put.allocations.iter().enumerate()) {
            if !names.contains(&allocation.variant_id) {
                return Err(ApiError::invalid(format!("`allocations[{index}].variantId` names no variant")));
            }
        }
        Ok(Self { experiment, variants, allocations, names })
    }

    /// Makes it, and launches it if `launch` says so. What fails after the experiment itself is made is told, and leaves a draft.
    ///
    /// # Errors
    /// Why the experiment itself cannot be made.
    pub(super) async fn make(self, services: &Services, launch: bool) -> Result<Made, ApiError> {
        let made = services.create_experiment(&Actor::LOCAL, &self.experiment).await?;
        let id = made.value.row.id;
        let rest = self.complete(services, &id, launch).await;
        let (publication, problem) = match rest {
            Ok(publication) => (publication, None),
            Err(error) => (Publication::NotDue, Some(error.message)),
        };
        Ok(Made { id, publication, problem })
    }

    /// What comes after the experiment itself. It is a draft until the end, so nothing of it is published before.
    async fn complete(self, services: &Services, id: &str, launch: bool) -> Result<Publication, ApiError> {
        // Nobody knows it yet.
        let (actor, whatever) = (&Actor::LOCAL, &Precondition::None);
        let mut variants = Vec::new();
        if let Some(patch) = self.variants.filter(|patch| !patch.create.is_empty()) {
            variants = services.patch_variants(actor, id, whatever, patch).await?.value.value;
        }
        if let Some(mut put) = self.allocations.filter(|put| !put.allocations.is_empty()) {
            for allocation in &mut put.allocations {
                let mut made = self.names.iter().zip(&variants);
                if let Some((_, variant)) = made.find(|(name, _)| **name == allocation.variant_id) {
                    allocation.variant_id.clone_from(&variant.id);
                }
            }
            services.put_allocations(actor, id, whatever, put).await?;
        }
        if !launch {
            return Ok(Publication::NotDue);
        }
        let patch = StatusPatch { status: Status::Running };
        Ok(services.update_status(actor, id, whatever, patch).await?.publication.into())
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
    fn a_problem_names_the_variant_that_it_is_about() {
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
            Some("`variants[1].key` must differ from those of the other variants; `a` is taken")
        );
    }

    #[test]
    fn allocations_name_variants_by_what_stands_for_their_ids() {
        let variants = r#"{"create":[{"id":"1","key":"a","name":"A"}]}"#;
        let to =
            |id: &str| format!(r#"{{"allocations":[{{"variantId":"{id}","rangeStart":0,"rangeEnd":9}}]}}"#);
        assert_eq!(problem(variants, &to("1")), None);
        assert_eq!(
            problem(variants, &to("2")).as_deref(),
            Some("`allocations[0].variantId` names no variant")
        );
        assert!(problem("", "").is_none() && problem("", &to("1")).is_some());
    }
}
