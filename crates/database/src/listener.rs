//! Messages between the processes of one database.

use std::{future::pending, io, time::Duration};

use sqlx::{
    Error, Executor,
    postgres::{PgListener, PgPoolOptions},
};
use tokio::time::{Instant, sleep, timeout};

use crate::postgres::Server;

/// The time limit for connecting to the server, and for the response to a statement.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);
/// The time without a message after which the listener checks that the connection still works.
const CHECK_INTERVAL: Duration = Duration::from_secs(30);
/// How long [`Listener::changed`] collects messages after the first one. Many changes then count as one, and the process
/// that made the changes publishes first.
const COLLECT_TIME: Duration = Duration::from_millis(200);
/// The pause before the next attempt to connect.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// A subscription to the messages on a channel of a database that several processes share. A message that is sent while the
/// connection is down is lost, so a process with a listener must still poll, but less often.
#[derive(Debug)]
pub struct Listener {
    channel: &'static str,
    /// The server that delivers the messages; `None` if only one process can use the database, or a pooler is in between.
    server: Option<Server>,
    connection: Option<PgListener>,
}

impl Listener {
    pub(crate) const fn new(channel: &'static str, server: Option<Server>) -> Self {
        Self { channel, server, connection: None }
    }

    /// Waits until a message has arrived, or may have been missed: the function also returns after connecting, for the first
    /// time or again. Messages in quick succession count as one. If no messages can come, the function waits for ever.
    pub async fn changed(&mut self) {
        if self.receive().await.is_none() {
            return;
        }
        let end = Instant::now() + COLLECT_TIME;
        while let Some(connection) = &mut self.connection
            && let Ok(Some(_)) = next(connection, end.saturating_duration_since(Instant::now())).await
        {
        }
    }

    /// Waits for the next message and returns it. Returns `None` after connecting, for the first time or again.
    pub async fn receive(&mut self) -> Option<String> {
        let Some(server) = &self.server else { return pending().await };
        if let Some(connection) = &mut self.connection {
            match receive(connection).await {
                Ok(message) => return Some(message),
                Err(error) => {
                    tracing::debug!(%error, "the connection for database notifications is lost")
                }
            }
            self.connection = None;
        }
        loop {
            match connect(server, self.channel).await {
                Ok(connection) => {
                    self.connection = Some(connection);
                    return None;
                }
                Err(error) => tracing::debug!(%error, "cannot subscribe to database notifications"),
            }
            sleep(RETRY_PAUSE).await;
        }
    }
}

async fn connect(server: &Server, channel: &str) -> sqlx::Result<PgListener> {
    // sqlx makes a listener from a pool. The listener keeps the only connection of the pool.
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(RESPONSE_TIMEOUT);
    let mut listener = PgListener::connect_with(&pool.connect_lazy(server.url())?).await?;
    listener.eager_reconnect(false);
    in_time(listener.listen(channel)).await?;
    Ok(listener)
}

/// Waits for a message.
async fn receive(connection: &mut PgListener) -> sqlx::Result<String> {
    loop {
        if let Some(message) = next(connection, CHECK_INTERVAL).await? {
            return Ok(message);
        }
        // A connection can be lost without an error.
        in_time(connection.execute("SELECT 1")).await?;
    }
}

/// Waits for the next message, and returns `None` if there is none within `limit`.
async fn next(connection: &mut PgListener, limit: Duration) -> sqlx::Result<Option<String>> {
    match timeout(limit, connection.try_recv()).await {
        Ok(received) => received?.map(|message| Some(message.payload().to_owned())).ok_or_else(lost),
        Err(_) => Ok(None),
    }
}

async fn in_time<T>(response: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    timeout(RESPONSE_TIMEOUT, response)
        .await
        .unwrap_or_else(|_| Err(Error::Io(io::ErrorKind::TimedOut.into())))
}

fn lost() -> Error {
    Error::Io(io::ErrorKind::ConnectionAborted.into())
}
