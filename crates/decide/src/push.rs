//! Following new versions ahead of the next poll.

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use edgewise_api::{EnvironmentName, publication::LiveVersions};
use edgewise_http::Upstream;
use futures_util::StreamExt;
use serde::Deserialize;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::cache::Cache;

/// The control plane says something every 15 s, if only that nothing is new. Who is silent for so long is lost.
const SILENCE: Duration = Duration::from_secs(45);
/// The pauses before connecting again double from the first to the last.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));
/// No line of what we are told is longer.
const LONGEST_LINE: usize = 4096;

/// What an event tells.
#[derive(Deserialize)]
struct Told {
    environment: String,
    version: u64,
}

/// Has new versions looked at as soon as the control plane tells of them. Never ends; while the control plane cannot be
/// heard, the cache polls as ever.
pub async fn follow_stream(cache: Arc<Cache>, control: Upstream) {
    let mut pause = PAUSES.0;
    loop {
        match control.subscribe("/stream").await {
            Ok(events) => {
                tracing::info!("the control plane tells of new versions");
                if heed(&cache, events).await {
                    pause = PAUSES.0;
                }
                tracing::warn!(
                    "the control plane no longer tells of new versions; looking for them, and connecting again"
                );
            }
            Err(problem) => tracing::debug!(%problem, "the control plane cannot be heard"),
        }
        sleep(pause).await;
        pause = (pause * 2).min(PAUSES.1);
    }
}

/// Has versions looked at that another process publishes, as this process's control plane hears of them. Ends when that does.
pub async fn follow_live(cache: Arc<Cache>, mut live: watch::Receiver<LiveVersions>) {
    let mut looks = JoinSet::new();
    while live.changed().await.is_ok() {
        for (environment, version) in live.borrow_and_update().iter() {
            if let Some(look) = cache.told(environment, *version) {
                looks.spawn(look);
            }
        }
        while looks.try_join_next().is_some() {}
    }
}

/// Heeds events until they end. Whether there was one.
async fn heed(cache: &Arc<Cache>, events: Body) -> bool {
    let (mut events, mut lines) = (events.into_data_stream(), Lines::default());
    let (mut heard, mut looks) = (false, JoinSet::new());
    while let Ok(Some(Ok(bytes))) = timeout(SILENCE, events.next()).await {
        let Some(told) = lines.told(&bytes) else { break };
        for Told { environment, version } in told {
            heard = true;
            let Ok(environment) = EnvironmentName::new(&environment) else { continue };
            if let Some(look) = cache.told(&environment, version) {
                looks.spawn(look);
            }
        }
        while looks.try_join_next().is_some() {}
    }
    heard
}

/// Server-sent events as they arrive, in pieces. Only the lines `data: …` are of interest.
#[derive(Default)]
struct Lines(Vec<u8>);

impl Lines {
    /// What a further piece tells; `None` if these are no events.
    fn told(&mut self, bytes: &[u8]) -> Option<Vec<Told>> {
        let mut all = Vec::new();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.0.extend_from_slice(part);
            if self.0.len() > LONGEST_LINE {
                return None;
            }
            if part.ends_with(b"\n") {
                all.extend(self.0.strip_prefix(b"data:").and_then(|data| serde_json::from_slice(data).ok()));
                self.0.clear();
            }
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_understood_however_they_are_cut() {
        let text = "event: version\ndata: {\"environment\":\"prod\",\"version\":3}\n\n:\n\ndata: no\n\n\
                    id: 4\r\ndata:{\"version\":4,\"environment\":\"a\"}\r\n\r\n";
        for size in 1..text.len() {
            let mut lines = Lines::default();
            let told: Vec<_> =
                text.as_bytes().chunks(size).flat_map(|piece| lines.told(piece).unwrap()).collect();
            let told: Vec<_> = told.iter().map(|told| (told.environment.as_str(), told.version)).collect();
            assert_eq!(told, [("prod", 3), ("a", 4)], "{size}");
        }
    }

    #[test]
    fn what_has_no_lines_is_not_kept() {
        let mut lines = Lines::default();
        assert!(lines.told(&[b'x'; LONGEST_LINE]).is_some());
        assert!(lines.told(b"x").is_none());
    }
}
