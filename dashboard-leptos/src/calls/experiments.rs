use edgewise_api::{
    page::Page,
    resources::{AudienceRow, ExperimentSummary},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use super::Publication;
use crate::problem::Problem;

/// A page of the experiments that a URL of the list asks for: its part from the `?` on.
#[server(prefix = "/-", endpoint = "experiments", input = GetUrl)]
pub(crate) async fn find_experiments(query: String) -> Result<Page<ExperimentSummary>, Problem> {
    use edgewise_api::{page::PageRequest, query::Query};
    use edgewise_control::store::{ExperimentFilter, ExperimentQuery};

    use crate::model::List;

    crate::server::with_services(async |services| {
        let parameters = Query::parse(query.strip_prefix('?').unwrap_or(&query))?;
        let list = List::of(|name| parameters.optional(name).ok().flatten().map(str::to_owned));
        let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
        let wanted = ExperimentQuery {
            filter: ExperimentFilter { environment_id: some(&list.environment), status: list.status },
            text: some(&list.text),
            sort: list.sort,
            descending: list.descending,
        };
        services.find_experiments(wanted, PageRequest::of(list.page, PAGE_ROWS)).await
    })
    .await
}

/// The audiences that an experiment of an environment can have, the newest first.
#[server(prefix = "/-", endpoint = "experiments/audiences", input = GetUrl)]
pub(crate) async fn list_choices(environment: String) -> Result<Vec<AudienceRow>, Problem> {
    use edgewise_api::page::PageRequest;

    crate::server::with_services(async |services| {
        let (mut rows, mut page) = (Vec::new(), 1);
        loop {
            let answer = services.audiences(Some(&environment), PageRequest::of(page, 100)).await?;
            rows.extend(answer.data.into_iter().map(|audience| audience.row));
            page += 1;
            if page > answer.pagination.total_pages {
                return Ok(rows);
            }
        }
    })
    .await
}

/// Says what is wrong with a new experiment, if something is. Each part is the body of a request of the REST API; an empty one
/// is not looked at.
#[server(prefix = "/-", endpoint = "experiments/check")]
pub(crate) async fn check_experiment(
    experiment: String,
    variants: String,
    allocations: String,
) -> Result<(), Problem> {
    crate::server::with_services(async |services| {
        let plan = plan::Plan::read(&experiment, &variants, &allocations)?;
        plan.check(&services).await
    })
    .await
}

/// What has become of a new experiment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Made {
    /// UUID of the experiment.
    pub(crate) id: String,
    /// Whether it is live.
    pub(crate) publication: Publication,
    /// What could not be done. It is a draft then, and what was done before is kept.
    pub(crate) problem: Option<String>,
}

/// Makes an experiment with its variants and allocations, and launches it if `launch` says so. Everything is read before anything
/// is made. Allocations name variants by what `id` the bodies of the variants have.
#[server(prefix = "/-", endpoint = "experiments/make")]
pub(crate) async fn make_experiment(
    experiment: String,
    variants: String,
    allocations: String,
    launch: bool,
) -> Result<Made, Problem> {
    crate::server::with_services(async |services| {
        plan::Plan::read(&experiment, &variants, &allocations)?.make(&services, launch).await
    })
    .await
}

/// Makes a draft of what a form without scripts has, and leads to it; or back to the form if something is wrong.
#[server(prefix = "/-", endpoint = "experiments/draft")]
pub(crate) async fn create_draft(
    environment: String,
    name: String,
    key: String,
    description: String,
) -> Result<(), Problem> {
    use crate::model::{Basics, key::suggested};

    let key = if key.is_empty() { suggested(&name) } else { key };
    let basics = Basics { environment, name, key, description };
    crate::server::with_services(async |services| {
        let made = match plan::Plan::read(&basics.to_json("", ""), "", "") {
            Ok(plan) => plan.make(&services, false).await,
            Err(error) => Err(error),
        };
        leptos_axum::redirect(&match made {
            Ok(made) => format!("/experiments/{}", made.id),
            Err(_) => basics.url(),
        });
        Ok(())
    })
    .await
}

/// Rows of a page of the list.
#[cfg(not(target_family = "wasm"))]
const PAGE_ROWS: u64 = 25;

/// What a new experiment is to be, as it is read from requests.
#[cfg(not(target_family = "wasm"))]
mod plan {
    use edgewise_api::{
        ApiError,
        resources::{AllocationsPut, ExperimentCreate, Status, StatusPatch, VariantsPatch},
    };
    use edgewise_control::{
        actor::Actor,
        services::{Precondition, Services},
    };
    use serde::Deserialize;

    use super::Made;
    use crate::calls::Publication;

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

    impl Plan {
        pub(super) fn read(experiment: &str, variants: &str, allocations: &str) -> Result<Self, ApiError> {
            let experiment = ExperimentCreate::from_body(experiment.as_bytes())?;
            let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
            let names = some(variants).and_then(|text| serde_json::from_str::<AllNamed>(text).ok());
            let names =
                names.map_or_else(Vec::new, |all| all.create.into_iter().map(|named| named.id).collect());
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
                    return Err(ApiError::invalid(format!(
                        "`allocations[{index}].variantId` names no variant"
                    )));
                }
            }
            Ok(Self { experiment, variants, allocations, names })
        }

        /// What would keep the experiment from being made.
        pub(super) async fn check(&self, services: &Services) -> Result<(), ApiError> {
            services.check_experiment(&self.experiment).await
        }

        pub(super) async fn make(self, services: &Services, launch: bool) -> Result<Made, ApiError> {
            let made = services.create_experiment(&Actor::LOCAL, &self.experiment).await?;
            let id = made.value.row.id;
            let rest = Self { ..self }.complete(services, &id, launch).await;
            let (publication, problem) = match rest {
                Ok(publication) => (publication, None),
                Err(error) => (Publication::NotDue, Some(error.message)),
            };
            Ok(Made { id, publication, problem })
        }

        /// What comes after the experiment itself. It is a draft until the end, so nothing of it is published before.
        async fn complete(
            self,
            services: &Services,
            id: &str,
            launch: bool,
        ) -> Result<Publication, ApiError> {
            // Nobody knows it yet.
            let (actor, anyhow) = (&Actor::LOCAL, &Precondition::None);
            let mut variants = Vec::new();
            if let Some(patch) = self.variants.filter(|patch| !patch.create.is_empty()) {
                variants = services.patch_variants(actor, id, anyhow, patch).await?.value.value;
            }
            if let Some(mut put) = self.allocations.filter(|put| !put.allocations.is_empty()) {
                for allocation in &mut put.allocations {
                    let mut made = self.names.iter().zip(&variants);
                    if let Some((_, variant)) = made.find(|(name, _)| **name == allocation.variant_id) {
                        allocation.variant_id.clone_from(&variant.id);
                    }
                }
                services.put_allocations(actor, id, anyhow, put).await?;
            }
            if !launch {
                return Ok(Publication::NotDue);
            }
            let patch = StatusPatch { status: Status::Running };
            Ok(services.update_status(actor, id, anyhow, patch).await?.publication.into())
        }
    }
}
