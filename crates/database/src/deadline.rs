//! Deadlines of database calls.

use std::io;

use sqlx::Error;
use tokio::time::{Instant, timeout_at};

/// Waits for `work`, and fails at the deadline, because a lost connection does not always report an error.
pub(crate) async fn before<T>(
    deadline: Instant,
    work: impl Future<Output = sqlx::Result<T>>,
) -> sqlx::Result<T> {
    let timed_out = |_| Error::Io(io::Error::new(io::ErrorKind::TimedOut, "the server does not respond"));
    timeout_at(deadline, work).await.map_err(timed_out)?
}
