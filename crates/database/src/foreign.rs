//! Reading the Postgres database of another program.

use std::time::Duration;

use sqlx::{Any, AnyConnection, Connection, Transaction};
use tokio::time::Instant;

use crate::{deadline::before, postgres};

/// How long connecting may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(15);

/// Why the database of another program cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    /// The URL names no Postgres server.
    #[error("the URL must begin with postgres://")]
    Url,
    /// The connection failed.
    #[error("the database cannot be opened: {0}")]
    Unreachable(#[source] sqlx::Error),
    /// A statement failed.
    #[error("the database cannot be read: {0}")]
    Unreadable(#[source] sqlx::Error),
}

/// Runs `work` in a transaction that only reads, all from one moment, for at most `limit`.
///
/// # Errors
/// [`ForeignError`] says what failed.
pub async fn read<T>(
    url: &str,
    limit: Duration,
    work: impl AsyncFnOnce(&mut Transaction<'_, Any>) -> sqlx::Result<T>,
) -> Result<T, ForeignError> {
    sqlx::any::install_default_drivers();
    postgres::Server::of(url).ok_or(ForeignError::Url)?;
    let deadline = Instant::now() + limit;
    let connecting = before(Instant::now() + CONNECT_LIMIT, AnyConnection::connect(url));
    let mut connection = connecting.await.map_err(ForeignError::Unreachable)?;
    let reading = async {
        let mut transaction = connection.begin_with(postgres::BEGIN_READ).await?;
        work(&mut transaction).await
    };
    let found = before(deadline, reading).await.map_err(ForeignError::Unreadable)?;
    // Everything is read: how the connection ends makes no difference.
    drop(connection.close().await);
    Ok(found)
}
