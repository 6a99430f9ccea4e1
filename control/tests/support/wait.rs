//! Waiting for conditions.

use std::time::Duration;

use edgewise_caller::Principal;
use edgewise_control::services::Services;
use tokio::{task::yield_now, time::timeout};

/// How long a test waits before it fails.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// Polls a condition until it holds.
///
/// # Panics
/// If the condition does not hold within [`TIMEOUT`].
pub(crate) async fn eventually(condition: &str, mut holds: impl AsyncFnMut() -> bool) {
    let polling = async {
        while !holds().await {
            yield_now().await;
        }
    };
    timeout(TIMEOUT, polling).await.unwrap_or_else(|_| panic!("not within {TIMEOUT:?}: {condition}"));
}

/// Waits until the next version of an environment is pending and could not be written.
pub(crate) async fn fails_to_write(services: &Services, environment_id: &str) {
    eventually("a version cannot be written", async || {
        let status = services.publication(&Principal::for_rest_extractor(), environment_id).await.unwrap();
        status.pending_version.is_some() && status.error.is_some()
    })
    .await;
}
