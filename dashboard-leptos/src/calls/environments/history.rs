use edgewise_api::resources::{Environment, PublicationStatus};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(not(target_family = "wasm"))]
use crate::{calls::control::Actor, rendered::environments as rendered, server::context::with_services};
use crate::{
    html::Html,
    model::{Done, HistoryQuery},
    problem::Problem,
    transport::{Read, Write},
};

/// How many versions a page of history shows.
#[cfg(not(target_family = "wasm"))]
const PAGE_SIZE: u64 = 20;

/// An environment, and its history.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct History {
    /// The environment.
    pub(crate) environment: Environment,
    /// What is live, and what is not yet.
    pub(crate) status: PublicationStatus,
    /// What a publish would make live: how that differs from what is, or why it cannot be made live.
    pub(crate) waiting: Option<Html>,
    /// The version that is looked at.
    pub(crate) opened: Option<Result<Opened, Problem>>,
    /// A page of its versions, the newest first.
    pub(crate) versions: Html,
}

/// A version that is looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Opened {
    /// The version.
    pub(crate) version: u64,
    /// What it is compared with, if there is one.
    pub(crate) against: Option<u64>,
    /// Links to compare it with another one.
    pub(crate) choice: Option<Html>,
    /// How it differs from that.
    pub(crate) differences: Html,
    /// How it differs from what is live now, if it was live before.
    pub(crate) back: Option<Html>,
}

/// An environment, and its history.
#[server(prefix = "/-", endpoint = "environments/history", protocol = Read)]
pub(crate) async fn load_history(query: HistoryQuery) -> Result<History, Problem> {
    use edgewise_api::{page::PageRequest, query::Query};

    with_services(async |services| {
        let HistoryQuery { id, page, version, .. } = &query;
        let page = if page.is_empty() { "1" } else { page };
        let page = format!("page={page}&pageSize={PAGE_SIZE}");
        let page = PageRequest::from_query(&Query::parse(&page)?)?;
        let status = services.publication(id).await?;
        let waiting = match status.unpublished {
            true => {
                let waiting = reading::waiting(&services, id).await.map_err(Problem::from);
                Some(rendered::waiting(waiting, &status))
            }
            false => None,
        };
        let opened = match version.is_empty() {
            false => {
                let opened = reading::opened(&services, &query, status.live_version).await;
                Some(opened.map_err(Problem::from))
            }
            true => None,
        };
        let environment = services.environment(id).await?.value;
        let versions = rendered::versions(services.versions(id, page).await?, &query, status.live_version);
        Ok(History { environment, status, waiting, opened, versions })
    })
    .await
}

/// Makes an older version's content live again.
#[server(prefix = "/-", endpoint = "environments/rollback", protocol = Write)]
pub(crate) async fn roll_back(id: String, version: String) -> Result<Done<PublicationStatus>, Problem> {
    with_services(async |services| Ok(services.rollback(&Actor::LOCAL, &id, &version).await?.into())).await
}

#[cfg(not(target_family = "wasm"))]
mod reading {
    use edgewise_api::ApiError;

    use super::Opened;
    use crate::{
        calls::control::Services,
        model::{Comparison, HistoryQuery, compare},
        rendered::environments as rendered,
    };

    /// What a publish would make live, beside what is.
    pub(super) async fn waiting(services: &Services, id: &str) -> Result<Comparison, ApiError> {
        let preview = services.preview(id).await?;
        let live = match preview.diff.against {
            Some(live) => Some(services.version(id, &live.to_string()).await?),
            None => None,
        };
        Ok(compare(&preview.diff, preview.snapshot.get(), live.as_deref()))
    }

    pub(super) async fn opened(
        services: &Services,
        query: &HistoryQuery,
        live: Option<u64>,
    ) -> Result<Opened, ApiError> {
        let HistoryQuery { id, version, against, .. } = query;
        let against = Some(against.as_str()).filter(|against| !against.is_empty());
        let comparison = compared(services, id, version, against).await?;
        let back = match live {
            Some(live) if live != comparison.version && services.was_live(id, version).await? => {
                Some(compared(services, id, version, Some(&live.to_string())).await?)
            }
            _ => None,
        };
        Ok(Opened {
            version: comparison.version,
            against: comparison.against,
            choice: rendered::choice(query, comparison.version, live),
            differences: rendered::differences(comparison),
            back: back.map(rendered::differences),
        })
    }

    async fn compared(
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
