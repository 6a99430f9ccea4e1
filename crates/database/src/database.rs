//! The connection pool, and the queue of writers.

use std::{sync::Arc, time::Duration};

use futures_util::TryFutureExt;
use sqlx::{AnyConnection, AnyPool, Connection, Executor, Row as _, any::AnyPoolOptions, query};
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    time::{Instant, timeout},
};

use crate::{
    deadline::before,
    dialect::Dialect,
    error::{DatabaseError, OpenError, Result},
    listener::Listener,
    migrations::Migrations,
    pooler::Sessions,
    postgres::is_refused_parameter,
    sqlite,
    transaction::Transaction,
};

/// The time limit for acquiring a connection or the lock of writers. Beyond the limit, the database counts as unavailable.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// The time limit for a transaction, including the wait for its connection. The server has its own limits for statements
/// and locks, but cannot report an exceeded limit over a connection that is lost.
const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(15);

/// A database.
#[derive(Clone, Debug)]
pub struct Database {
    pool: AnyPool,
    dialect: Dialect,
    sessions: Sessions,
    /// The lock that queues the writers of this process. See [`Dialect::is_single_process`].
    writers: Arc<Mutex<()>>,
}

impl Database {
    /// Opens the database at `url`: `sqlite://PATH` or `postgres://…`. An SQLite file is created if it does not exist, and
    /// locked against other processes.
    ///
    /// # Errors
    /// [`OpenError`], which says what to do.
    pub async fn open(url: &str) -> std::result::Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let (dialect, url) = Dialect::of(url)?;
        let failed = |source| match source {
            source if is_refused_parameter(&source) => OpenError::ParameterRefused(source),
            source => OpenError::Database { name: dialect.name(), source },
        };
        let after_connect = dialect.after_connect();
        // The pool would retry until its timeout, and report only the timeout. A first connection reports the cause.
        let connect = async || {
            let mut connection = AnyConnection::connect(&url).await?;
            connection.execute(after_connect).await?;
            Ok::<_, sqlx::Error>(connection)
        };
        let first = async {
            let mut first = connect().await?;
            let mut sessions = Sessions::Kept;
            if dialect.server().is_some() {
                let mut second = connect().await?;
                sessions = Sessions::of(&mut first, &mut second).await?;
                second.close().await?;
            }
            first.close().await.map(|()| sessions)
        };
        let sessions = before(Instant::now() + TRANSACTION_TIMEOUT, first).await.map_err(failed)?;
        match sessions {
            Sessions::Kept => {}
            Sessions::OnlyStatements => tracing::warn!(
                "the database is behind a pooler that shares its connections between transactions: this process gets no \
                 notifications from other processes, and polls for their changes (docs/operations.md)"
            ),
            Sessions::Lost => return Err(OpenError::SessionsLost),
        }
        let pool = AnyPoolOptions::new()
            .max_connections(dialect.max_connections())
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(move |connection, _| {
                Box::pin(async move { connection.execute(after_connect).await.map(|_| ()) })
            })
            .after_release(|connection, _| {
                // sqlx now rolls back a transaction that was dropped. Over a lost connection the rollback never ends, and
                // without the deadline the connection would occupy its place in the pool for ever.
                Box::pin(before(Instant::now() + ACQUIRE_TIMEOUT, connection.ping().map_ok(|()| true)))
            })
            .connect(&url)
            .await
            .map_err(failed)?;
        Ok(Self { pool, dialect, sessions, writers: Arc::default() })
    }

    /// Opens the database at `url` without running migrations. Returns `None` if the database does not exist, or does not
    /// contain `table`.
    ///
    /// # Errors
    /// [`OpenError`], which says what to do.
    pub async fn open_existing(
        url: &str,
        table: &'static str,
    ) -> std::result::Result<Option<Self>, OpenError> {
        if sqlite::file(url).is_some_and(|file| !file.exists()) {
            return Ok(None);
        }
        let database = Self::open(url).await?;
        let tables = query(database.dialect.count_tables()).bind(table).fetch_one(&database.pool).await;
        let count = tables.and_then(|row| row.try_get::<i64, _>("total"));
        let count = count.map_err(|error| OpenError::Unusable(error.into()))?;
        Ok((count > 0).then_some(database))
    }

    /// Runs the migrations of one crate that have not run yet.
    ///
    /// # Errors
    /// [`OpenError::Newer`] if a newer version of Edgewise has run further migrations, [`OpenError::Migration`] if a
    /// migration fails.
    pub async fn migrate(&self, migrations: &Migrations) -> std::result::Result<(), OpenError> {
        migrations.run(&self.pool, &self.dialect).await
    }

    /// Returns whether only this process can use the database.
    #[must_use]
    pub const fn is_single_process(&self) -> bool {
        self.dialect.is_single_process()
    }

    /// Begins a read-only transaction on a consistent snapshot of the database.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn read(&self) -> Result<Transaction> {
        self.begin(self.dialect.begin_read(), None, TRANSACTION_TIMEOUT).await
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn write(&self) -> Result<Transaction> {
        self.write_within(TRANSACTION_TIMEOUT).await
    }

    /// Begins a transaction that may write, with a time limit of `limit`.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn write_within(&self, limit: Duration) -> Result<Transaction> {
        let lock = if self.is_single_process() {
            let lock = timeout(ACQUIRE_TIMEOUT, self.writers.clone().lock_owned()).await;
            Some(lock.map_err(|_| DatabaseError::Unavailable(sqlx::Error::PoolTimedOut))?)
        } else {
            None
        };
        self.begin(self.dialect.begin_write(), lock, limit).await
    }

    async fn begin(
        &self,
        statement: &'static str,
        lock: Option<OwnedMutexGuard<()>>,
        limit: Duration,
    ) -> Result<Transaction> {
        Transaction::begin(&self.pool, self.dialect.clone(), statement, limit, lock).await
    }

    /// Subscribes to the messages on a channel that the processes of this database send with [`Transaction::notify`]. Behind
    /// a pooler that does not keep sessions, the subscription receives nothing.
    #[must_use]
    pub fn listen(&self, channel: &'static str) -> Listener {
        // A subscription would stay with the server's connection, and its messages would disturb the pooler's next client.
        let server = self.dialect.server().filter(|_| self.sessions == Sessions::Kept);
        Listener::new(channel, server)
    }

    /// Checks that the database responds.
    ///
    /// # Errors
    /// If the database does not respond.
    pub async fn ping(&self) -> Result<()> {
        let deadline = Instant::now() + ACQUIRE_TIMEOUT;
        Ok(before(deadline, self.pool.execute("SELECT 1")).await.map(|_| ())?)
    }

    /// Waits until all transactions have ended, and closes all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
