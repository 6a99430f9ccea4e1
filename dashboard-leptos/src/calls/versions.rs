use edgewise_api::{
    page::Page,
    resources::{Environment, PublicationStatus, Version},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use super::Done;
use crate::{model::Comparison, problem::Problem};

/// How many versions a page of history shows.
#[cfg(not(target_family = "wasm"))]
const PAGE_SIZE: u64 = 20;

/// What the page of an environment asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HistoryQuery {
    /// The environment's id.
    pub(crate) id: String,
    /// The page of its history, from 1.
    pub(crate) page: String,
    /// The version that is looked at; empty if none is.
    pub(crate) version: String,
    /// What it is compared with; empty for the one that was live before it.
    pub(crate) against: String,
}

/// An environment, and its history.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct History {
    /// The environment.
    pub(crate) environment: Environment,
    /// What is live, and what is not yet.
    pub(crate) status: PublicationStatus,
    /// What a publish would make live: how that differs from what is, or why it cannot be made live.
    pub(crate) waiting: Option<Result<Comparison, Problem>>,
    /// The version that is looked at.
    pub(crate) opened: Option<Result<Opened, Problem>>,
    /// A page of its versions, the newest first.
    pub(crate) versions: Page<Version>,
}

/// A version that is looked at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Opened {
    /// How it differs from the version before, or the one that was chosen.
    pub(crate) comparison: Comparison,
    /// How it differs from what is live now, if it was live before.
    pub(crate) back: Option<Comparison>,
}

/// An environment, and its history.
#[server(prefix = "/-", endpoint = "environments/history", input = GetUrl)]
pub(crate) async fn load_history(query: HistoryQuery) -> Result<History, Problem> {
    use edgewise_api::{page::PageRequest, query::Query};

    crate::server::with_services(async |services| {
        let HistoryQuery { id, page, version, against } = query;
        let page = if page.is_empty() { "1" } else { &page };
        let page = format!("page={page}&pageSize={PAGE_SIZE}");
        let page = PageRequest::from_query(&Query::parse(&page)?)?;
        let status = services.publication(&id).await?;
        let waiting = match status.unpublished {
            true => Some(reading::waiting(&services, &id).await.map_err(Problem::from)),
            false => None,
        };
        let opened = match version.is_empty() {
            false => {
                let opened = reading::opened(&services, &id, &version, &against, status.live_version).await;
                Some(opened.map_err(Problem::from))
            }
            true => None,
        };
        let environment = services.environment(&id).await?.value;
        let versions = services.versions(&id, page).await?;
        Ok(History { environment, status, waiting, opened, versions })
    })
    .await
}

/// Makes an older version's content live again.
#[server(prefix = "/-", endpoint = "environments/rollback")]
pub(crate) async fn roll_back(id: String, version: String) -> Result<Done<PublicationStatus>, Problem> {
    use edgewise_control::actor::Actor;

    crate::server::with_services(async |services| {
        Ok(services.rollback(&Actor::LOCAL, &id, &version).await?.into())
    })
    .await
}

#[cfg(not(target_family = "wasm"))]
mod reading {
    use edgewise_api::ApiError;
    use edgewise_control::services::Services;

    use super::Opened;
    use crate::model::{Comparison, compare};

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
        id: &str,
        version: &str,
        against: &str,
        live: Option<u64>,
    ) -> Result<Opened, ApiError> {
        let against = (!against.is_empty()).then_some(against);
        let comparison = compared(services, id, version, against).await?;
        let back = match live {
            Some(live) if live != comparison.version && services.was_live(id, version).await? => {
                Some(compared(services, id, version, Some(&live.to_string())).await?)
            }
            _ => None,
        };
        Ok(Opened { comparison, back })
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
