#[cfg(not(target_family = "wasm"))]
use edgewise_api::resources::ExperimentSummary;
use edgewise_api::{
    Outcome, Publication, Revisioned,
    resources::{AudienceRow, Environment, Status, StatusCounts},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(not(target_family = "wasm"))]
use crate::{calls::control::at, model::links, rendered::not_as_saved, server::context::with_services};
use crate::{
    problem::Problem,
    transport::{Read, Write},
};

/// Returns an audience and its environment.
#[server(prefix = "/-", endpoint = "audience", protocol = Read)]
pub(crate) async fn load_audience(id: String) -> Result<(Revisioned<AudienceRow>, Environment), Problem> {
    with_services(async |services, principal| {
        let audience = services.audience(&principal, &id).await?;
        let environment = audience.value.environment.clone();
        Ok((audience.map(|audience| audience.row), environment))
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
) -> Result<Outcome<Revisioned<AudienceRow>>, Problem> {
    use edgewise_api::resources::{AudienceCreate, AudiencePatch};

    with_services(async |services, principal| match id {
        Some(id) => {
            let request = AudiencePatch::from_body(&body(&name, None, rules.as_deref())?)?;
            let at = at(revision.unwrap_or_default());
            let changed = services.update_audience(&principal, &id, &at, &request).await?;
            let value = changed.value.map(|audience| audience.row);
            Ok(Outcome { value, publication: changed.publication })
        }
        None => {
            let rules = rules.as_deref().unwrap_or("[]");
            let request = AudienceCreate::from_body(&body(&name, environment_id.as_deref(), Some(rules))?)?;
            let created = services.create_audience(&principal, &request).await?;
            leptos_axum::redirect(&links::audience(&created.value.row.id));
            Ok(Outcome { value: created.map(|audience| audience.row), publication: Publication::NotDue })
        }
    })
    .await
}

/// Returns the body of a request with the fields of a form. `rules` is JSON.
#[cfg(not(target_family = "wasm"))]
fn body(
    name: &str,
    environment_id: Option<&str>,
    rules: Option<&str>,
) -> Result<Vec<u8>, edgewise_api::ApiError> {
    use edgewise_api::{ApiError, FieldPath};
    use serde_json::value::RawValue;

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Form<'a> {
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        environment_id: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        rules: Option<&'a RawValue>,
    }

    let not_json =
        |error| ApiError::invalid_field(FieldPath::of("rules"), format_args!("is not valid JSON: {error}"));
    let rules = rules.map(serde_json::from_str).transpose().map_err(not_json)?;
    let form = Form { name: name.trim(), environment_id, rules };
    serde_json::to_vec(&form).map_err(|_| ApiError::invalid("the form cannot be read"))
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
        Ok(deleted.publication)
    })
    .await
}
