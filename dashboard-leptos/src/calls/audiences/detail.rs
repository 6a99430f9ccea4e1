#[cfg(not(target_family = "wasm"))]
use edgewise_api::resources::ExperimentSummary;
use edgewise_api::resources::{AudienceRow, Environment, Status, StatusCounts};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(not(target_family = "wasm"))]
use crate::{calls::control::at, model::links, rendered::not_as_saved, server::context::with_services};
use crate::{
    model::{Changed, Publication, Saved},
    problem::Problem,
    transport::{Read, Write},
};

/// Returns an audience and its environment.
#[server(prefix = "/-", endpoint = "audience", protocol = Read)]
pub(crate) async fn load_audience(id: String) -> Result<(Saved<AudienceRow>, Environment), Problem> {
    with_services(async |services, principal| {
        let audience = services.audience(&principal, &id).await?;
        let environment = audience.value.environment.clone();
        Ok((audience.map(|audience| audience.row).into(), environment))
    })
    .await
}

/// The experiments that use an audience.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AudienceUses {
    /// The number of these experiments.
    pub(crate) counts: StatusCounts,
    /// The first of them.
    pub(crate) experiments: Vec<AudienceUse>,
}

/// An experiment that uses an audience.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AudienceUse {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) status: Status,
    /// What is live, if it is not what is saved, in words that follow the status.
    pub(crate) live: Option<String>,
}

/// Returns the experiments that use an audience.
#[server(prefix = "/-", endpoint = "audience/uses", protocol = Read)]
pub(crate) async fn load_audience_uses(id: String) -> Result<AudienceUses, Problem> {
    use edgewise_api::page::PageRequest;

    with_services(async |services, principal| {
        let uses = services.audience_uses(&principal, &id, PageRequest::first(50)).await?;
        let listed = |experiment: ExperimentSummary| AudienceUse {
            live: not_as_saved(&experiment),
            id: experiment.id,
            name: experiment.name,
            status: experiment.status,
        };
        Ok(AudienceUses {
            counts: uses.counts,
            experiments: uses.experiments.into_iter().map(listed).collect(),
        })
    })
    .await
}

/// Updates an audience if it still has the given revision. Without an id, creates an audience and redirects to its
/// page. `rules` is JSON; without it the rules stay as they are.
#[server(prefix = "/-", endpoint = "audiences/save", protocol = Write)]
pub(crate) async fn save_audience(
    id: Option<String>,
    revision: Option<i64>,
    environment_id: Option<String>,
    name: String,
    rules: Option<String>,
) -> Result<Changed<Saved<AudienceRow>>, Problem> {
    use edgewise_api::resources::{AudienceCreate, AudiencePatch};
    use serde_json::json;

    let name = json!(name.trim());
    with_services(async |services, principal| match id {
        Some(id) => {
            let rules = rules.map(|rules| format!(",\"rules\":{rules}")).unwrap_or_default();
            let request = AudiencePatch::from_body(format!("{{\"name\":{name}{rules}}}").as_bytes())?;
            let at = at(revision.unwrap_or_default());
            let changed = services.update_audience(&principal, &id, &at, &request).await?;
            let value = changed.value.map(|audience| audience.row).into();
            Ok(Changed { value, publication: changed.publication.into() })
        }
        None => {
            let (environment, rules) = (json!(environment_id), rules.unwrap_or_else(|| "[]".to_owned()));
            let body = format!("{{\"name\":{name},\"environmentId\":{environment},\"rules\":{rules}}}");
            let request = AudienceCreate::from_body(body.as_bytes())?;
            let created = services.create_audience(&principal, &request).await?;
            leptos_axum::redirect(&links::audience(&created.value.row.id));
            Ok(Changed {
                value: created.map(|audience| audience.row).into(),
                publication: Publication::NotDue,
            })
        }
    })
    .await
}

/// Deletes an audience if it still has the given revision and no experiment uses it. With `redirect`, redirects to the
/// list of audiences.
#[server(prefix = "/-", endpoint = "audiences/delete", protocol = Write)]
pub(crate) async fn delete_audience(
    id: String,
    revision: i64,
    #[server(default)] redirect: bool,
) -> Result<Publication, Problem> {
    with_services(async |services, principal| {
        let deleted = services.delete_unused_audience(&principal, &id, &at(revision)).await?;
        if redirect {
            leptos_axum::redirect(&links::AUDIENCES.url());
        }
        Ok(deleted.publication.into())
    })
    .await
}
