//! Following the notifications of new versions, so that a new version is loaded before the next poll.

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use edgewise_api::{EnvironmentName, publication::LiveVersions};
use edgewise_http::Upstream;
use futures_util::StreamExt;
use serde::Deserialize;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use crate::cache::Cache;

/// The time without data after which the connection counts as lost. The control plane sends at least a comment every 15 s.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(45);
/// The first and the longest pause before connecting again. The pauses in between double.
const RETRY_PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));
/// The longest line that the control plane may send, in bytes.
const MAX_LINE_BYTES: usize = 4096;

/// The data of an event.
#[derive(Deserialize)]
struct VersionEvent {
    environment: String,
    version: u64,
}

/// Loads new versions as soon as the control plane's stream of events notifies of them. Never returns. While the stream is
/// interrupted, the cache only polls.
pub async fn follow_stream(cache: Arc<Cache>, control: Upstream) {
    let mut pause = RETRY_PAUSES.0;
    loop {
        match control.subscribe("/stream").await {
            Ok(events) => {
                tracing::info!("connected to the event stream of the control plane");
                if follow_events(&cache, events).await {
                    pause = RETRY_PAUSES.0;
                }
                tracing::warn!(
                    "lost the event stream of the control plane: polling until it is connected again"
                );
            }
            Err(problem) => {
                tracing::debug!(error = %problem, "cannot connect to the event stream of the control plane")
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(RETRY_PAUSES.1);
    }
}

/// Loads versions that another process publishes, as soon as the control plane of this process knows of them. Returns when
/// the control plane stops.
pub async fn follow_live(cache: Arc<Cache>, mut live: watch::Receiver<LiveVersions>) {
    while live.changed().await.is_ok() {
        for (environment, version) in live.borrow_and_update().iter() {
            cache.notify(environment, *version);
        }
    }
}

/// Follows a stream of events until it ends. Returns whether there was an event.
async fn follow_events(cache: &Arc<Cache>, stream: Body) -> bool {
    let (mut stream, mut parser) = (stream.into_data_stream(), EventParser::default());
    let mut received = false;
    while let Ok(Some(Ok(bytes))) = timeout(SILENCE_TIMEOUT, stream.next()).await {
        let Some(events) = parser.push(&bytes) else { break };
        for VersionEvent { environment, version } in events {
            received = true;
            let Ok(environment) = EnvironmentName::new(&environment) else { continue };
            cache.notify(&environment, version);
        }
    }
    received
}

/// A parser of server-sent events that arrive in chunks. The parser reads the `data: …` lines only. The field is the
/// beginning of an incomplete line.
#[derive(Default)]
struct EventParser(Vec<u8>);

impl EventParser {
    /// Parses a further chunk, and returns the events that it completes; `None` if a line is too long.
    fn push(&mut self, chunk: &[u8]) -> Option<Vec<VersionEvent>> {
        let mut events = Vec::new();
        for part in chunk.split_inclusive(|byte| *byte == b'\n') {
            self.0.extend_from_slice(part);
            if self.0.len() > MAX_LINE_BYTES {
                return None;
            }
            if part.ends_with(b"\n") {
                events
                    .extend(self.0.strip_prefix(b"data:").and_then(|data| serde_json::from_slice(data).ok()));
                self.0.clear();
            }
        }
        Some(events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_parsed_at_any_chunk_size() {
        let text = "event: version\ndata: {\"environment\":\"prod\",\"version\":3}\n\n:\n\ndata: no\n\n\
                    id: 4\r\ndata:{\"version\":4,\"environment\":\"a\"}\r\n\r\n";
        for size in 1..text.len() {
            let mut parser = EventParser::default();
            let events: Vec<_> =
                text.as_bytes().chunks(size).flat_map(|chunk| parser.push(chunk).unwrap()).collect();
            let events: Vec<_> =
                events.iter().map(|event| (event.environment.as_str(), event.version)).collect();
            assert_eq!(events, [("prod", 3), ("a", 4)], "{size}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_refused() {
        let mut parser = EventParser::default();
        assert!(parser.push(&[b'x'; MAX_LINE_BYTES]).is_some());
        assert!(parser.push(b"x").is_none());
    }
}
