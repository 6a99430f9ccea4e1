use std::{future::pending, io, time::Duration};

use sqlx::{
    Error, Executor,
    postgres::{PgListener, PgPoolOptions},
};
use tokio::time::{Instant, sleep, timeout};

use super::postgres::Server;

/// How long the server may take to be connected to, or to show that it is still there.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// How long it may be silent before it is asked whether it is still there.
const SILENCE: Duration = Duration::from_secs(30);
/// How long it is listened on after something was said, so that many changes are heard of as one, and the process that
/// made them is first to publish them.
const BREATH: Duration = Duration::from_millis(200);
/// The pause before it is connected to again.
const PAUSE: Duration = Duration::from_secs(1);

/// Hears what processes on the same database tell each other. What is said while the database is away is missed, so this
/// only saves looking for it.
#[derive(Debug)]
pub struct Listener {
    channel: &'static str,
    /// The server that tells, if there is one.
    server: Option<Server>,
    connection: Option<PgListener>,
}

impl Listener {
    pub(super) const fn new(channel: &'static str, server: Option<Server>) -> Self {
        Self { channel, server, connection: None }
    }

    /// Waits until something was said, or may have been said unheard: it also returns once it has connected, for the first
    /// time or again. Where no other process can say anything, it waits for ever. What is said in the same breath counts
    /// as one.
    pub async fn heard(&mut self) {
        if self.told().await.is_none() {
            return;
        }
        let over = Instant::now() + BREATH;
        while let Some(connection) = &mut self.connection
            && let Ok(Some(_)) = next(connection, over.saturating_duration_since(Instant::now())).await
        {
        }
    }

    /// Waits for what is said next, and returns it; or `None` once it has connected, as [`Listener::heard`] does.
    pub async fn told(&mut self) -> Option<String> {
        let Some(server) = &self.server else { return pending().await };
        if let Some(connection) = &mut self.connection {
            match hear(connection).await {
                Ok(said) => return Some(said),
                Err(error) => tracing::debug!(%error, "what other processes say is not heard"),
            }
            self.connection = None;
        }
        loop {
            match connect(server, self.channel).await {
                Ok(connection) => {
                    self.connection = Some(connection);
                    return None;
                }
                Err(error) => tracing::debug!(%error, "the database cannot be listened to"),
            }
            sleep(PAUSE).await;
        }
    }
}

async fn connect(server: &Server, channel: &str) -> sqlx::Result<PgListener> {
    // Of one connection, which lasts; this pool has no other use.
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(ANSWER_LIMIT);
    let mut listener = PgListener::connect_with(&pool.connect_lazy(server.url())?).await?;
    listener.eager_reconnect(false);
    in_time(listener.listen(channel)).await?;
    Ok(listener)
}

/// Waits until something is said.
async fn hear(connection: &mut PgListener) -> sqlx::Result<String> {
    loop {
        if let Some(said) = next(connection, SILENCE).await? {
            return Ok(said);
        }
        // A connection can be lost without a sign.
        in_time(connection.execute("SELECT 1")).await?;
    }
}

/// What is said in that time, if anything is.
async fn next(connection: &mut PgListener, time: Duration) -> sqlx::Result<Option<String>> {
    match timeout(time, connection.try_recv()).await {
        Ok(heard) => heard?.map(|said| Some(said.payload().to_owned())).ok_or_else(lost),
        Err(_) => Ok(None),
    }
}

async fn in_time<T>(answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    timeout(ANSWER_LIMIT, answer).await.unwrap_or_else(|_| Err(Error::Io(io::ErrorKind::TimedOut.into())))
}

fn lost() -> Error {
    Error::Io(io::ErrorKind::ConnectionAborted.into())
}
