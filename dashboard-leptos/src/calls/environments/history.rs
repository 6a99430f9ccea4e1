use edgewise_api::resources::{Environment, PublicationStatus};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(not(target_family = "wasm"))]
use crate::{calls::control::Actor, rendered::environments as rendered, server::context::with_services};
use crate::{
    html::Html,
    model::{Changed, HistoryQuery},
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

    with_services(async |services| {
        let HistoryQuery { id, page, version, .. } = &query;
        let page = if page.is_empty() { "1" } else { page };
        let page = format!("page={page}&pageSize={PAGE_SIZE}");
        let page = PageRequest::from_query(&Query::parse(&page))?;
        let status = services.publication(id).await?;
        let unpublished = match status.unpublished {
            true => {
                let unpublished = reading::unpublished(&services, id).await.map_err(Problem::from);
                Some(rendered::unpublished(unpublished, &status))
            }
            false => None,
        };
        let opened = match version.is_empty() {
            false => {
                let opened = reading::version_detail(&services, &query, status.live_version).await;
                Some(opened.map_err(Problem::from))
            }
            true => None,
        };
        let environment = services.environment(id).await?.value;
        let versions = rendered::versions(services.versions(id, page).await?, &query, status.live_version);
        Ok(History { environment, status, unpublished, opened, versions })
    })
    .await
}

/// Rolls back to an older version.
#[server(prefix = "/-", endpoint = "environments/rollback", protocol = Write)]
pub(crate) async fn roll_back(id: String, version: String) -> Result<Changed<PublicationStatus>, Problem> {
    with_services(async |services| Ok(services.rollback(&Actor::LOCAL, &id, &version).await?.into())).await
}

#[cfg(not(target_family = "wasm"))]
mod reading {
    use edgewise_api::ApiError;

    use super::VersionDetail;
    use crate::{
        calls::control::Services,
        model::{Comparison, HistoryQuery, compare},
        rendered::environments as rendered,
    };

    /// Compares the content that the next version would have with the live version.
    pub(super) async fn unpublished(services: &Services, id: &str) -> Result<Comparison, ApiError> {
        let preview = services.preview(id).await?;
        let live = match preview.diff.against {
            Some(live) => Some(services.version(id, &live.to_string()).await?),
            None => None,
        };
        Ok(compare(&preview.diff, preview.snapshot.get(), live.as_deref()))
    }

    pub(super) async fn version_detail(
        services: &Services,
        query: &HistoryQuery,
        live: Option<u64>,
    ) -> Result<VersionDetail, ApiError> {
        let HistoryQuery { id, version, against, .. } = query;
        let against = Some(against.as_str()).filter(|against| !against.is_empty());
        let comparison = compare_versions(services, id, version, against).await?;
        let rollback = match live {
            Some(live) if live != comparison.version && services.was_live(id, version).await? => {
                Some(compare_versions(services, id, version, Some(&live.to_string())).await?)
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

    async fn compare_versions(
        services: &Services,
        id: &str,
        version: &str,
        against: Option<&str>,
    ) -> Result<Comparison, ApiError> {
        let diff = services.diff(id, version, against).await?;
        let after = services.version(id, version).await?;
        let before = match diff.against {
            Some(against) => Some(services.version(id, &against.to_string()).await?),
            None => None,
        };
        Ok(compare(&diff, &after, before.as_deref()))
    }
}
