use std::{future::pending, io, time::Duration};

use sqlx::{
    Error, Executor,
    postgres::{PgListener, PgPoolOptions},
};
use tokio::time::{Instant, sleep, timeout};

use super::postgres::{DUE_CHANNEL, Server};

/// How long the server may take to be connected to, or to show that it is still there.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// How long it may be silent before it is asked whether it is still there.
const SILENCE: Duration = Duration::from_secs(30);
/// How long it is listened on after something was said, so that many changes are heard of as one, and the process that
/// made them is first to publish them.
const BREATH: Duration = Duration::from_millis(200);
/// The pause before it is connected to again.
const PAUSE: Duration = Duration::from_secs(1);

/// Hears when a change becomes due, in whichever process it was made. What is said while the database is away is
/// missed, so this only saves looking for it.
#[derive(Debug)]
pub struct Listener {
    /// The server that tells, if there is one.
    server: Option<Server>,
    connection: Option<PgListener>,
}

impl Listener {
    pub(super) const fn new(server: Option<Server>) -> Self {
        Self { server, connection: None }
    }

    /// Waits until changes have become due, or may have become due unheard: it also returns once it has connected,
    /// for the first time or again. Where no other process can make changes, it waits for ever.
    pub async fn heard(&mut self) {
        let Some(server) = &self.server else { return pending().await };
        if let Some(connection) = &mut self.connection {
            match hear(connection).await {
                Ok(()) => return,
                Err(error) => tracing::debug!(%error, "what other processes change is not heard of"),
            }
            self.connection = None;
        }
        loop {
            match connect(server).await {
                Ok(connection) => {
                    self.connection = Some(connection);
                    return;
                }
                Err(error) => tracing::debug!(%error, "the database cannot be listened to"),
            }
            sleep(PAUSE).await;
        }
    }
}

async fn connect(server: &Server) -> sqlx::Result<PgListener> {
    // Of one connection, which lasts; this pool has no other use.
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(ANSWER_LIMIT);
    let mut listener = PgListener::connect_with(&pool.connect_lazy(server.url())?).await?;
    listener.eager_reconnect(false);
    in_time(listener.listen(DUE_CHANNEL)).await?;
    Ok(listener)
}

/// Waits until something is said, and for what else is said in the same breath.
async fn hear(connection: &mut PgListener) -> sqlx::Result<()> {
    while !is_told(connection, SILENCE).await? {
        // A connection can be lost without a sign.
        in_time(connection.execute("SELECT 1")).await?;
    }
    let over = Instant::now() + BREATH;
    while is_told(connection, over.saturating_duration_since(Instant::now())).await? {}
    Ok(())
}

/// Whether something is said in that time.
async fn is_told(connection: &mut PgListener, time: Duration) -> sqlx::Result<bool> {
    match timeout(time, connection.try_recv()).await {
        Ok(heard) => heard?.map(|_| true).ok_or_else(lost),
        Err(_) => Ok(false),
    }
}

async fn in_time<T>(answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    timeout(ANSWER_LIMIT, answer).await.unwrap_or_else(|_| Err(Error::Io(io::ErrorKind::TimedOut.into())))
}

fn lost() -> Error {
    Error::Io(io::ErrorKind::ConnectionAborted.into())
}
