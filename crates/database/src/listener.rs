//! Messages between the processes of one database.

use std::{future::pending, io, time::Duration};

use sqlx::{
    Error, Executor,
    postgres::{PgListener, PgPoolOptions},
};
use tokio::time::{Instant, sleep, timeout};

use crate::postgres::Server;

/// How long the server may take to accept a connection, or to respond over one.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// How long the server may be silent before this process checks that the connection still works.
const SILENCE: Duration = Duration::from_secs(30);
/// How long [`Listener::changed`] gathers messages after the first one, so that many changes count as one, and the process
/// that made them publishes first.
const GATHERING: Duration = Duration::from_millis(200);
/// The pause before another attempt to connect.
const PAUSE: Duration = Duration::from_secs(1);

/// Receives the messages that processes send on a channel of their common database. A message sent while the database is
/// away is lost, so a listener only saves polling.
#[derive(Debug)]
pub struct Listener {
    channel: &'static str,
    /// The server that passes messages on; `None` where one process owns the database.
    server: Option<Server>,
    connection: Option<PgListener>,
}

impl Listener {
    pub(crate) const fn new(channel: &'static str, server: Option<Server>) -> Self {
        Self { channel, server, connection: None }
    }

    /// Waits until a message came, or may have been missed: the function also returns once it has connected, for the first
    /// time or again. Messages in quick succession count as one. Where no other process can send, the function waits for
    /// ever.
    pub async fn changed(&mut self) {
        if self.receive().await.is_none() {
            return;
        }
        let over = Instant::now() + GATHERING;
        while let Some(connection) = &mut self.connection
            && let Ok(Some(_)) = next(connection, over.saturating_duration_since(Instant::now())).await
        {
        }
    }

    /// Waits for the next message and returns it; `None` once the listener has connected, for the first time or again.
    pub async fn receive(&mut self) -> Option<String> {
        let Some(server) = &self.server else { return pending().await };
        if let Some(connection) = &mut self.connection {
            match receive(connection).await {
                Ok(message) => return Some(message),
                Err(error) => {
                    tracing::debug!(%error, "the connection that listens to other processes is lost")
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
                Err(error) => tracing::debug!(%error, "cannot listen to the database"),
            }
            sleep(PAUSE).await;
        }
    }
}

async fn connect(server: &Server, channel: &str) -> sqlx::Result<PgListener> {
    // The pool holds this one connection, which lasts.
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(ANSWER_LIMIT);
    let mut listener = PgListener::connect_with(&pool.connect_lazy(server.url())?).await?;
    listener.eager_reconnect(false);
    in_time(listener.listen(channel)).await?;
    Ok(listener)
}

/// Waits for a message.
async fn receive(connection: &mut PgListener) -> sqlx::Result<String> {
    loop {
        if let Some(message) = next(connection, SILENCE).await? {
            return Ok(message);
        }
        // A connection can be lost without an error.
        in_time(connection.execute("SELECT 1")).await?;
    }
}

/// The next message within that time, if there is one.
async fn next(connection: &mut PgListener, time: Duration) -> sqlx::Result<Option<String>> {
    match timeout(time, connection.try_recv()).await {
        Ok(received) => received?.map(|message| Some(message.payload().to_owned())).ok_or_else(lost),
        Err(_) => Ok(None),
    }
}

async fn in_time<T>(answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    timeout(ANSWER_LIMIT, answer).await.unwrap_or_else(|_| Err(Error::Io(io::ErrorKind::TimedOut.into())))
}

fn lost() -> Error {
    Error::Io(io::ErrorKind::ConnectionAborted.into())
}
