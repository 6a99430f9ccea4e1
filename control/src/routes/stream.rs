use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
    time::Duration,
};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
};
use edgewise_api::{ApiError, EnvironmentName};
use futures_util::{Stream, stream};
use tokio::sync::watch;

use super::{described::ReadProblems, extract::QueryText, reply::Reply};
use crate::services::Services;
use edgewise_api::publication::LiveVersions;

/// How often something is said, if only that nothing is new: so that nobody takes the connection for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Hear of new versions, by server-sent events
///
/// An event `version` comes at once with what is live, and then whenever a new version is. Its data is
/// `{"environment": "prod", "version": 3}`. Whoever is slow hears of the newest version alone. With `env`, the event's id is
/// the version: who connects again with it as `Last-Event-ID` hears of newer ones only.
#[utoipa::path(
    get, path = "/stream", tag = "versions",
    params(
        ("env" = Option<String>, Query, description = "Name of the environment; without it, all are told of"),
        ("Last-Event-ID" = Option<u64>, Header, description = "The last version that was heard of"),
    ),
    responses(
        (status = 200, description = "Events, until one side ends it", body = String, content_type = "text/event-stream"),
        ReadProblems
    )
)]
pub(super) async fn stream(State(services): State<Services>, headers: HeaderMap, query: QueryText) -> Reply {
    let query = query.parse()?;
    let environment = match query.optional("env")? {
        Some(name) => Some(
            EnvironmentName::new(name).map_err(|problem| ApiError::invalid(format!("`env` {problem}")))?,
        ),
        None => None,
    };
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

/// What somebody is told.
struct Telling {
    versions: watch::Receiver<LiveVersions>,
    /// The one of interest, or all.
    environment: Option<EnvironmentName>,
    /// What has been told.
    told: LiveVersions,
    /// What is to be told before it is looked for more.
    due: VecDeque<(EnvironmentName, u64)>,
}

impl Telling {
    /// Ends when nobody publishes any more.
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, async |mut telling| {
            let (environment, version) = telling.next().await?;
            let data =
                serde_json::json!({"environment": environment.as_str(), "version": version}).to_string();
            let event = Event::default().event("version").data(data);
            let event = if telling.environment.is_some() { event.id(version.to_string()) } else { event };
            Some((Ok(event), telling))
        })
    }

    async fn next(&mut self) -> Option<(EnvironmentName, u64)> {
        loop {
            if let Some(next) = self.due.pop_front() {
                return Some(next);
            }
            self.look();
            if self.due.is_empty() {
                self.versions.changed().await.ok()?;
            }
        }
    }

    fn look(&mut self) {
        let versions = self.versions.borrow_and_update();
        for (environment, version) in versions.iter() {
            let wanted = self.environment.as_ref().is_none_or(|wanted| wanted == environment);
            let told = self.told.get(environment);
            if wanted && told.is_none_or(|told| told < version) {
                self.told.insert(environment.clone(), *version);
                self.due.push_back((environment.clone(), *version));
            }
        }
    }
}
