//! The events of a subscription.

use std::{collections::VecDeque, convert::Infallible};

use axum::response::sse::Event;
use edgewise_api::{EnvironmentName, publication::LiveVersions};
use futures_util::{Stream, stream};
use tokio::sync::watch;

/// The state of a subscription to new versions.
pub(super) struct Subscription {
    pub(super) versions: watch::Receiver<LiveVersions>,
    /// The environment, or all environments.
    pub(super) environment: Option<EnvironmentName>,
    /// The versions that have been sent.
    pub(super) sent: LiveVersions,
    /// The events to send before new versions are collected.
    pub(super) queue: VecDeque<(EnvironmentName, u64)>,
}

impl Subscription {
    /// Returns the events. The stream ends when the publisher stops.
    pub(super) fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, async |mut subscription| {
            let (environment, version) = subscription.next().await?;
            let data =
                serde_json::json!({"environment": environment.as_str(), "version": version}).to_string();
            let event = Event::default().event("version").data(data);
            let event =
                if subscription.environment.is_some() { event.id(version.to_string()) } else { event };
            Some((Ok(event), subscription))
        })
    }

    async fn next(&mut self) -> Option<(EnvironmentName, u64)> {
        loop {
            if let Some(next) = self.queue.pop_front() {
                return Some(next);
            }
            self.queue_newer();
            if self.queue.is_empty() {
                self.versions.changed().await.ok()?;
            }
        }
    }

    fn queue_newer(&mut self) {
        let versions = self.versions.borrow_and_update();
        for (environment, version) in versions.iter() {
            let wanted = self.environment.as_ref().is_none_or(|wanted| wanted == environment);
            let sent = self.sent.get(environment);
            if wanted && sent.is_none_or(|sent| sent < version) {
                self.sent.insert(environment.clone(), *version);
                self.queue.push_back((environment.clone(), *version));
            }
        }
    }
}
