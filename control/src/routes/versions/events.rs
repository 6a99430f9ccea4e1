//! The events of a stream.

use std::{collections::VecDeque, convert::Infallible};

use axum::response::sse::Event;
use edgewise_api::{EnvironmentName, publication::LiveVersions};
use futures_util::{Stream, stream};
use tokio::sync::watch;

/// What somebody is told.
pub(super) struct Telling {
    pub(super) versions: watch::Receiver<LiveVersions>,
    /// The one of interest, or all.
    pub(super) environment: Option<EnvironmentName>,
    /// What has been told.
    pub(super) told: LiveVersions,
    /// What is to be told before it is looked for more.
    pub(super) due: VecDeque<(EnvironmentName, u64)>,
}

impl Telling {
    /// Ends when nobody publishes any more.
    pub(super) fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
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
