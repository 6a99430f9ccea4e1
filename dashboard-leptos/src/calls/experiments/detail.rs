use edgewise_api::resources::{
    Allocation, AudienceRow, Environment, ExperimentRow, PublicationStatus, Variant,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(not(target_family = "wasm"))]
use crate::{
    calls::control::{Actor, MOST_LISTED, Services, Stored, at},
    model::links,
    server::context::with_services,
};
use crate::{
    model::{Done, Publication},
    problem::Problem,
    transport::{Read, Write},
};

/// An experiment, and what is needed to change it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ExperimentDetail {
    /// The experiment itself.
    pub(crate) row: ExperimentRow,
    /// Counts its changes, also those of what belongs to it.
    pub(crate) revision: i64,
    /// In the order they were created.
    pub(crate) variants: Vec<Variant>,
    /// In the order they were put.
    pub(crate) allocations: Vec<Allocation>,
    /// The environment it belongs to.
    pub(crate) environment: Environment,
    /// All audiences that it may have.
    pub(crate) audiences: Vec<AudienceRow>,
    /// Where its environment stands in being published.
    pub(crate) publication: PublicationStatus,
}

/// What of an experiment a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ExperimentPart {
    /// Its name and description.
    Details,
    /// Whom it is for.
    Targeting,
    /// Where it is in its life.
    Status,
    /// Its variants.
    Variants,
    /// Which buckets get which variant.
    Allocations,
    /// Nothing of itself: its environment is published again. The body is not looked at.
    Publication,
}

/// An experiment of that id.
#[server(prefix = "/-", endpoint = "experiment", protocol = Read)]
pub(crate) async fn load_experiment(id: String) -> Result<ExperimentDetail, Problem> {
    with_services(async |services| detail(&services, &id).await).await
}

/// Changes a part of an experiment, by the body that the REST API takes for it, and answers all of it as it is then.
#[server(prefix = "/-", endpoint = "experiment/change", protocol = Write)]
pub(crate) async fn change_experiment(
    id: String,
    revision: i64,
    part: ExperimentPart,
    body: String,
) -> Result<Done<ExperimentDetail>, Problem> {
    use edgewise_api::resources::{AllocationsPut, ExperimentPatch, StatusPatch, VariantsPatch};

    with_services(async |services| {
        let (actor, at, body) = (&Actor::LOCAL, &at(revision), body.as_bytes());
        let publication = match part {
            ExperimentPart::Details | ExperimentPart::Targeting => {
                let request = ExperimentPatch::from_body(body)?;
                services.update_experiment(actor, &id, at, &request).await?.publication.into()
            }
            ExperimentPart::Status => {
                let request = StatusPatch::from_body(body)?;
                services.update_status(actor, &id, at, request).await?.publication.into()
            }
            ExperimentPart::Variants => {
                let request = VariantsPatch::from_body(body)?;
                services.patch_variants(actor, &id, at, request).await?.publication.into()
            }
            ExperimentPart::Allocations => {
                let request = AllocationsPut::from_body(body)?;
                services.put_allocations(actor, &id, at, request).await?.publication.into()
            }
            ExperimentPart::Publication => {
                services.publish(actor, &id, at).await?;
                Publication::Published
            }
        };
        Ok(Done { value: detail(&services, &id).await?, publication })
    })
    .await
}

/// Deletes an experiment, and all that belongs to it; and leads to the list if it is to.
#[server(prefix = "/-", endpoint = "experiment/delete", protocol = Write)]
pub(crate) async fn delete_experiment(
    id: String,
    revision: i64,
    #[server(default)] leads: bool,
) -> Result<Publication, Problem> {
    with_services(async |services| {
        let deleted = services.delete_experiment(&Actor::LOCAL, &id, &at(revision)).await?;
        if leads {
            leptos_axum::redirect(links::EXPERIMENTS);
        }
        Ok(deleted.publication.into())
    })
    .await
}

#[cfg(not(target_family = "wasm"))]
async fn detail(services: &Services, id: &str) -> Result<ExperimentDetail, edgewise_api::ApiError> {
    use edgewise_api::{page::PageRequest, resources::Experiment};

    let Stored { value, revision } = services.experiment(id).await?;
    let Experiment { row, variants, allocations, environment, audience } = value;
    let page = services.audiences(Some(&environment.id), PageRequest::up_to(MOST_LISTED)).await?;
    let mut audiences: Vec<AudienceRow> = page.data.into_iter().map(|audience| audience.row).collect();
    // Its own, should there be more than a page of them.
    if let Some(own) = audience
        && audiences.iter().all(|audience| audience.id != own.id)
    {
        audiences.push(own);
    }
    audiences.sort_by(|one, other| one.name.cmp(&other.name));
    let publication = services.publication(&environment.id).await?;
    Ok(ExperimentDetail { row, revision, variants, allocations, environment, audiences, publication })
}
