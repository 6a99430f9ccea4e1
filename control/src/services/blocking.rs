//! Work that takes long, apart from the threads that serve requests.

use super::error::{self, Result};

/// Does work that takes long, such as parsing or comparing large snapshots, on a thread for blocking work, so that other
/// requests do not wait for it.
///
/// # Errors
/// 500 if the work panics.
pub async fn on_blocking_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(error::internal)
}
