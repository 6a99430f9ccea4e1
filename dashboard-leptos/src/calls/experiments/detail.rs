use edgewise_api::{
    Outcome, Publication,
    resources::{Allocation, AudienceRow, Environment, ExperimentRow, PublicationStatus, Variant},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

pub(crate) use crate::model::ExperimentPart;
#[cfg(not(target_family = "wasm"))]
use crate::{
    calls::control::{MAX_LISTED, Principal, Revisioned, Services, at, of_environment},
    model::{links, live_difference},
    server::context::with_services,
};
use crate::{
    model::{ExperimentChange, ExperimentState},
    problem::Problem,
    transport::{Body, Read, Write},
};

/// An experiment and everything that its page needs to change it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ExperimentDetail {
    pub(crate) row: ExperimentRow,
    /// The revision of the experiment with its variants and allocations.
    pub(crate) revision: i64,
    /// What is live, if it is not what is saved, in words that follow the status.
    pub(crate) live: Option<String>,
    /// In order of creation.
    pub(crate) variants: Vec<Variant>,
    /// In the order of the request that saved them.
    pub(crate) allocations: Vec<Allocation>,
    /// The environment of the experiment.
    pub(crate) environment: Environment,
    /// The audiences that the experiment can use, sorted by name.
    pub(crate) audiences: Vec<AudienceRow>,
    /// The publication status of the environment.
    pub(crate) publication: PublicationStatus,
}

impl ExperimentDetail {
    /// Returns what a comparison with another state needs.
    pub(crate) fn state(&self) -> ExperimentState<'_> {
        let Self { row, variants, allocations, audiences, .. } = self;
        let own = audiences.iter().find(|audience| row.audience_id.as_ref() == Some(&audience.id));
        ExperimentState { row, variants, allocations, audience: own.map(|audience| audience.name.as_str()) }
    }
}

/// Returns an experiment.
#[server(prefix = "/-", endpoint = "experiment", protocol = Read)]
pub(crate) async fn load_experiment(id: String) -> Result<ExperimentDetail, Problem> {
    with_services(async |services, principal| detail(&services, &principal, &id).await).await
}

/// Changes a part of an experiment, and returns the changed experiment.
#[server(prefix = "/-", endpoint = "experiment/change", protocol = Write)]
pub(crate) async fn change_experiment(
    id: String,
    revision: i64,
    part: ExperimentPart,
    body: Body<ExperimentChange>,
) -> Result<Outcome<ExperimentDetail>, Problem> {
    with_services(async |services, principal| {
        let at = &at(revision);
        let publication = match ExperimentChange::from_body(part, body.json())? {
            ExperimentChange::Details(request) | ExperimentChange::Targeting(request) => {
                services.update_experiment(&principal, &id, at, &request).await?.publication
            }
            ExperimentChange::Status(request) => {
                services.update_status(&principal, &id, at, request).await?.publication
            }
            ExperimentChange::Variants(request) => {
                services.patch_variants(&principal, &id, at, request).await?.publication
            }
            ExperimentChange::Allocations(request) => {
                services.put_allocations(&principal, &id, at, request).await?.publication
            }
        };
        Ok(Outcome { value: detail(&services, &principal, &id).await?, publication })
    })
    .await
}

/// Deletes an experiment with its variants and allocations. With `redirect`, redirects to the list of experiments.
#[server(prefix = "/-", endpoint = "experiment/delete", protocol = Write)]
pub(crate) async fn delete_experiment(
    id: String,
    revision: i64,
    #[server(default)] redirect: bool,
) -> Result<Publication, Problem> {
    with_services(async |services, principal| {
        let deleted = services.delete_experiment(&principal, &id, &at(revision)).await?;
        if redirect {
            leptos_axum::redirect(&links::EXPERIMENTS.url());
        }
        Ok(deleted.publication)
    })
    .await
}

#[cfg(not(target_family = "wasm"))]
async fn detail(
    services: &Services,
    principal: &Principal,
    id: &str,
) -> Result<ExperimentDetail, edgewise_api::ApiError> {
    use edgewise_api::{page::PageRequest, resources::Experiment};

    let Revisioned { value, revision } = services.experiment(principal, id).await?;
    let Experiment { row, variants, allocations, environment, audience } = value;
    let page = services
        .audiences(principal, of_environment(&environment.id), PageRequest::up_to(MAX_LISTED))
        .await?;
    let mut audiences: Vec<AudienceRow> = page.data.into_iter().map(|audience| audience.row).collect();
    // The experiment's own audience may be missing from the list, which is limited.
    if let Some(own) = audience
        && audiences.iter().all(|audience| audience.id != own.id)
    {
        audiences.push(own);
    }
    let ids: Vec<_> = variants.iter().map(|variant| variant.id.as_str()).collect();
    let live = services.live_of_experiment(principal, id).await?;
    let live = live_difference(row.status, &ids, &allocations, &live);
    audiences.sort_by(|one, other| one.name.cmp(&other.name));
    let publication = services.publication(principal, &environment.id).await?;
    Ok(ExperimentDetail { row, revision, live, variants, allocations, environment, audiences, publication })
}
