//! Subscribing to new versions.

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

use super::events::Subscription;
use crate::{
    routes::{
        errors::ReadErrors,
        extract::Caller,
        query::{FromQuery, Params},
        response::HandlerResult,
    },
    services::Services,
};

/// How often a comment is sent without an event, so that clients and proxies keep the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The environment of a subscription.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct Filter {
    /// Name of the environment; by default all environments
    #[param(rename = "env", value_type = Option<String>)]
    environment: Option<EnvironmentName>,
}

impl FromQuery for Filter {
    fn from_query(query: &Query<'_>) -> Result<Self, ApiError> {
        let invalid = |problem| ApiError::invalid_parameter("env", problem);
        let environment = query.optional("env")?.map(EnvironmentName::new).transpose().map_err(invalid)?;
        Ok(Self { environment })
    }
}

/// Subscribe to new versions by server-sent events
///
/// The server sends an event `version` at once for each live version, and then for each new version. The data of the event
/// is `{"environment": "prod", "version": 3}`. A slow client receives only the newest version. With `env`, the id of the
/// event is the version: a client that reconnects with this id as `Last-Event-ID` receives only newer versions. The server
/// responds with 503 and `retry-after` while as many streams are open as its option `--max-streams` allows.
#[utoipa::path(
    get, path = "/stream", tag = "versions",
    params(
        Filter,
        ("Last-Event-ID" = Option<u64>, Header, description = "The last version that was received"),
    ),
    responses(
        (status = 200, description = "Events, until one side closes the connection", body = String, content_type = "text/event-stream"),
        ReadErrors
    )
)]
pub(in crate::routes) async fn stream(
    State(services): State<Services>,
    Caller(principal): Caller,
    headers: HeaderMap,
    Params(Filter { environment }): Params<Filter>,
) -> HandlerResult<Response> {
    let versions = services.live_versions(&principal, environment.as_ref()).await?;
    let last_event = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.trim().parse().ok());
    let sent = match (&environment, last_event) {
        // A version that is not live yet must be from another store.
        (Some(environment), Some(version)) if versions.borrow().get(environment) >= Some(&version) => {
            BTreeMap::from([(environment.clone(), version)])
        }
        _ => BTreeMap::new(),
    };
    let subscription = Subscription { versions, environment, sent, queue: VecDeque::new() };
    let events = Sse::new(subscription.events()).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    let open = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        // Tells proxies not to buffer events.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((open, events).into_response())
}
