use edgewise_api::{
    Outcome,
    resources::{Environment, PublicationStatus},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(not(target_family = "wasm"))]
use super::comparing::{compare_versions, unpublished};
#[cfg(not(target_family = "wasm"))]
use crate::{
    calls::control::{Principal, Services},
    rendered::environments as rendered,
    server::context::with_services,
};
use crate::{
    html::Html,
    model::HistoryQuery,
    problem::Problem,
    transport::{Read, Write},
};

/// Versions per page of the history.
#[cfg(not(target_family = "wasm"))]
const PAGE_SIZE: u64 = 20;

/// An environment and its history.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct History {
    pub(crate) environment: Environment,
    /// Which version is live, and whether changes are unpublished.
    pub(crate) status: PublicationStatus,
    /// The differences between the live version and the next one, or the reason why publishing fails. `None` if all
    /// changes are published.
    pub(crate) unpublished: Option<Html>,
    /// The version that the query opens.
    pub(crate) opened: Option<Result<VersionDetail, Problem>>,
    /// A page of the versions, newest first.
    pub(crate) versions: Html,
}

/// A version and its differences from another version.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VersionDetail {
    /// The version's number.
    pub(crate) version: u64,
    /// The version that this one is compared with. `None` for the first version.
    pub(crate) against: Option<u64>,
    /// Links to compare this version with another one.
    pub(crate) comparison_links: Option<Html>,
    /// The differences from `against`.
    pub(crate) differences: Html,
    /// The differences from the live version, if this version can be rolled back to.
    pub(crate) rollback: Option<Html>,
}

/// Returns an environment and its history.
#[server(prefix = "/-", endpoint = "environments/history", protocol = Read)]
pub(crate) async fn load_history(query: HistoryQuery) -> Result<History, Problem> {
    use edgewise_api::{page::PageRequest, query::Query};

    with_services(async |services, principal| {
        let HistoryQuery { id, page, version, .. } = &query;
        let page = if page.is_empty() { "1" } else { page };
        let page = format!("page={page}&pageSize={PAGE_SIZE}");
        let page = PageRequest::from_query(&Query::parse(&page))?;
        let status = services.publication(&principal, id).await?;
        let unpublished = match status.unpublished {
            true => {
                let unpublished = unpublished(&services, &principal, id).await.map_err(Problem::from);
                Some(rendered::unpublished(unpublished, &status))
            }
            false => None,
        };
        let opened = match version.is_empty() {
            false => {
                let opened = version_detail(&services, &principal, &query, status.live_version).await;
                Some(opened.map_err(Problem::from))
            }
            true => None,
        };
        let environment = services.environment(&principal, id).await?.value;
        let versions = rendered::versions(services.versions(&principal, id, page).await?, &query, &status);
        Ok(History { environment, status, unpublished, opened, versions })
    })
    .await
}

/// Rolls back to an older version.
#[server(prefix = "/-", endpoint = "environments/rollback", protocol = Write)]
pub(crate) async fn roll_back(id: String, version: String) -> Result<Outcome<PublicationStatus>, Problem> {
    with_services(async |services, principal| Ok(services.rollback(&principal, &id, &version).await?)).await
}

#[cfg(not(target_family = "wasm"))]
async fn version_detail(
    services: &Services,
    principal: &Principal,
    query: &HistoryQuery,
    live: Option<u64>,
) -> Result<VersionDetail, edgewise_api::ApiError> {
    let HistoryQuery { id, version, against, .. } = query;
    let against = Some(against.as_str()).filter(|against| !against.is_empty());
    let comparison = compare_versions(services, principal, id, version, against).await?;
    let rollback = match live {
        Some(live) if live != comparison.version && services.was_live(principal, id, version).await? => {
            Some(compare_versions(services, principal, id, version, Some(&live.to_string())).await?)
        }
        _ => None,
    };
    Ok(VersionDetail {
        version: comparison.version,
        against: comparison.against,
        comparison_links: rendered::comparison_links(query, comparison.version, live),
        differences: rendered::differences(comparison),
        rollback: rollback.map(rendered::differences),
    })
}
