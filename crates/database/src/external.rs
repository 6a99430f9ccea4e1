//! Reading the Postgres database of another system.

use std::time::Duration;

use sqlx::{Any, AnyConnection, Connection, Transaction};
use tokio::time::Instant;

use crate::{deadline::before, postgres};

/// The time limit for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// The reason why the database of another system cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ExternalError {
    /// The URL is not the URL of a Postgres server.
    #[error("the URL must begin with postgres://")]
    Url,
    /// The connection failed.
    #[error("the database cannot be opened: {0}")]
    Unreachable(#[source] sqlx::Error),
    /// A statement failed.
    #[error("the database cannot be read: {0}")]
    Unreadable(#[source] sqlx::Error),
}

/// Runs `work` in a read-only transaction on a consistent snapshot of the database, for at most `limit`.
///
/// # Errors
/// [`ExternalError`] if connecting or reading fails.
pub async fn read<T>(
    url: &str,
    limit: Duration,
    work: impl AsyncFnOnce(&mut Transaction<'_, Any>) -> sqlx::Result<T>,
) -> Result<T, ExternalError> {
    sqlx::any::install_default_drivers();
    postgres::Server::of(url).ok_or(ExternalError::Url)?;
    let deadline = Instant::now() + limit;
    let connecting = before(Instant::now() + CONNECT_TIMEOUT, AnyConnection::connect(url));
    let mut connection = connecting.await.map_err(ExternalError::Unreachable)?;
    let reading = async {
        let mut transaction = connection.begin_with(postgres::BEGIN_READ).await?;
        work(&mut transaction).await
    };
    let found = before(deadline, reading).await.map_err(ExternalError::Unreadable)?;
    // Everything has been read, so an error of closing the connection does not matter.
    drop(connection.close().await);
    Ok(found)
}
