//! Messages between the processes of one database.

use std::{future::pending, io, time::Duration};

use sqlx::{
    Error, Executor, Row as _,
    postgres::{PgListener, PgPoolOptions},
};
use tokio::time::{Instant, sleep, timeout};

use crate::postgres::{LISTENING_CHANNELS, Server};

/// The time limit for connecting to the server, and for the response to a statement.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);
/// The time without a message after which the listener checks that messages still arrive. A network can lose a connection
/// without an error on either side, and a message that is sent in the meantime is lost.
const CHECK_INTERVAL: Duration = Duration::from_secs(10);
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
    check_interval: Duration,
    response_timeout: Duration,
}

impl Listener {
    pub(crate) const fn new(channel: &'static str, server: Option<Server>) -> Self {
        Self {
            channel,
            server,
            connection: None,
            check_interval: CHECK_INTERVAL,
            response_timeout: RESPONSE_TIMEOUT,
        }
    }

    /// Sets the time without a message after which the listener checks its connection (10 s by default), and the time limit
    /// for the server's responses (5 s by default).
    #[must_use]
    pub const fn with_times(mut self, check_interval: Duration, response_timeout: Duration) -> Self {
        self.check_interval = check_interval;
        self.response_timeout = response_timeout;
        self
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
        if self.connection.is_some() {
            match self.receive_connected().await {
                Ok(message) => return Some(message),
                Err(error) => {
                    tracing::debug!(%error, "the connection for database notifications is lost")
                }
            }
            self.connection = None;
        }
        loop {
            match self.connect().await {
                Ok(()) => return None,
                Err(error) => tracing::debug!(%error, "cannot subscribe to database notifications"),
            }
            sleep(RETRY_PAUSE).await;
        }
    }

    async fn connect(&mut self) -> sqlx::Result<()> {
        let Some(server) = &self.server else { return pending().await };
        // sqlx makes a listener from a pool. The listener keeps the only connection of the pool.
        let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(self.response_timeout);
        let mut connection = PgListener::connect_with(&pool.connect_lazy(server.url())?).await?;
        connection.eager_reconnect(false);
        in_time(self.response_timeout, connection.listen(self.channel)).await?;
        self.connection = Some(connection);
        Ok(())
    }

    /// Waits for a message over the connection.
    async fn receive_connected(&mut self) -> sqlx::Result<String> {
        let connection = self.connection.as_mut().ok_or_else(lost)?;
        loop {
            if let Some(message) = next(connection, self.check_interval).await? {
                return Ok(message);
            }
            // The response shows that the connection works, and that the server still knows the subscription: a pooler
            // may have continued with another session of the server.
            let channels = connection.fetch_all(LISTENING_CHANNELS);
            let channels = in_time(self.response_timeout, channels).await?;
            if !channels.iter().any(|row| row.try_get(0).is_ok_and(|channel: &str| channel == self.channel)) {
                return Err(lost());
            }
        }
    }
}

/// Waits for the next message, and returns `None` if there is none within `limit`.
async fn next(connection: &mut PgListener, limit: Duration) -> sqlx::Result<Option<String>> {
    match timeout(limit, connection.try_recv()).await {
        Ok(received) => received?.map(|message| Some(message.payload().to_owned())).ok_or_else(lost),
        Err(_) => Ok(None),
    }
}

async fn in_time<T>(limit: Duration, response: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    timeout(limit, response).await.unwrap_or_else(|_| Err(Error::Io(io::ErrorKind::TimedOut.into())))
}

fn lost() -> Error {
    Error::Io(io::ErrorKind::ConnectionAborted.into())
}
