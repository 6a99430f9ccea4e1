//! Hearing of new versions.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{
        IntoResponse, Response,
        sse::{KeepAlive, Sse},
    },
};
use edgewise_api::{ApiError, EnvironmentName, query::Query};
use utoipa::IntoParams;

use super::events::Telling;
use crate::{
    routes::{
        problems::ReadProblems,
        query::{FromQuery, Params},
        reply::Reply,
    },
    services::Services,
};

/// How often something is said, if only that nothing is new: so that nobody takes the connection for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Whose versions are told of.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct Filter {
    /// Name of the environment; without it, all are told of
    #[param(rename = "env", value_type = Option<String>)]
    environment: Option<EnvironmentName>,
}

impl FromQuery for Filter {
    fn from_query(query: &Query<'_>) -> Result<Self, ApiError> {
        let invalid = |problem| ApiError::invalid(format!("`env` {problem}"));
        let environment = query.optional("env")?.map(EnvironmentName::new).transpose().map_err(invalid)?;
        Ok(Self { environment })
    }
}

/// Hear of new versions, by server-sent events
///
/// An event `version` comes at once with what is live, and then whenever a new version is. Its data is
/// `{"environment": "prod", "version": 3}`. Whoever is slow hears of the newest version alone. With `env`, the event's id is
/// the version: who connects again with it as `Last-Event-ID` hears of newer ones only.
#[utoipa::path(
    get, path = "/stream", tag = "versions",
    params(
        Filter,
        ("Last-Event-ID" = Option<u64>, Header, description = "The last version that was heard of"),
    ),
    responses(
        (status = 200, description = "Events, until one side ends it", body = String, content_type = "text/event-stream"),
        ReadProblems
    )
)]
pub(in crate::routes) async fn stream(
    State(services): State<Services>,
    headers: HeaderMap,
    Params(Filter { environment }): Params<Filter>,
) -> Reply<Response> {
    let versions = services.live_versions(environment.as_ref()).await?;
    let heard = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.trim().parse().ok());
    let told = match (&environment, heard) {
        // Of a version that is not there yet nobody can have heard: it was of another store.
        (Some(environment), Some(version)) if versions.borrow().get(environment) >= Some(&version) => {
            BTreeMap::from([(environment.clone(), version)])
        }
        _ => BTreeMap::new(),
    };
    let telling = Telling { versions, environment, told, due: VecDeque::new() };
    let events = Sse::new(telling.events()).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    let open = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        // Proxies must pass events on as they come.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((open, events).into_response())
}
