//! Waiting for what must happen.

use std::time::Duration;

use edgewise_control::services::Services;
use tokio::{task::yield_now, time::timeout};

/// How long anything that must happen may take before it is taken for never.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Asks again and again until it is so.
pub(crate) async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let asking = async {
        while !is_so().await {
            yield_now().await;
        }
    };
    timeout(PATIENCE, asking).await.unwrap_or_else(|_| panic!("not within {PATIENCE:?}: {what}"));
}

/// Waits until the next version of an environment is recorded, and could not be written.
pub(crate) async fn fails_to_write(services: &Services, environment_id: &str) {
    eventually("a version cannot be written", async || {
        let status = services.publication(environment_id).await.unwrap();
        status.pending_version.is_some() && status.error.is_some()
    })
    .await;
}
