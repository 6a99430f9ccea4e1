//! The connection pool, and the turns of writers.

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
    sqlite,
    transaction::Transaction,
};

/// How long a request waits for a connection, or for its turn to write, before it is told that the database is busy.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a transaction may take, from the wait for its connection to its end. The server has limits of its own for
/// statements and locks, but cannot report them over a connection that has fallen silent.
const TRANSACTION_LIMIT: Duration = Duration::from_secs(15);

/// The most connections of one process.
const MAX_CONNECTIONS: u32 = 16;

/// A database.
#[derive(Clone, Debug)]
pub struct Database {
    pool: AnyPool,
    dialect: Dialect,
    /// The lock of the writer whose turn it is, where writers take turns.
    turns: Arc<Mutex<()>>,
}

impl Database {
    /// Opens the database at `url`: `sqlite://PATH` or `postgres://…`. An SQLite file is created if need be, and locked
    /// against other processes.
    ///
    /// # Errors
    /// [`OpenError`] says what to do.
    pub async fn open(url: &str) -> std::result::Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let (dialect, url) = Dialect::of(url)?;
        let failed = |source| OpenError::Database { name: dialect.name(), source };
        let after_connect = dialect.after_connect();
        // A pool would try again and again, and then report only that it took too long.
        let first = async {
            let mut first = AnyConnection::connect(&url).await?;
            first.execute(after_connect).await?;
            first.close().await
        };
        before(Instant::now() + TRANSACTION_LIMIT, first).await.map_err(failed)?;
        let pool = AnyPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(move |connection, _| {
                Box::pin(async move { connection.execute(after_connect).await.map(|_| ()) })
            })
            .after_release(|connection, _| {
                // A transaction that was dropped is rolled back now. Over a connection that has fallen silent the rollback
                // never ends, and the pool would never get the connection's place back.
                Box::pin(before(Instant::now() + ACQUIRE_TIMEOUT, connection.ping().map_ok(|()| true)))
            })
            .connect(&url)
            .await
            .map_err(failed)?;
        Ok(Self { pool, dialect, turns: Arc::default() })
    }

    /// Opens the database at `url` as it is, without migrations. `None` if it does not exist, or has no table of that name.
    ///
    /// # Errors
    /// [`OpenError`] says what to do.
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

    /// Brings the tables of one crate up to date.
    ///
    /// # Errors
    /// [`OpenError::Newer`] if a newer program has changed them, [`OpenError::Migration`] if a step fails.
    pub async fn migrate(&self, migrations: &Migrations) -> std::result::Result<(), OpenError> {
        migrations.run(&self.pool, &self.dialect).await
    }

    /// Whether this process alone can use the database.
    #[must_use]
    pub const fn is_of_one_process(&self) -> bool {
        self.dialect.is_of_one_process()
    }

    /// Begins a transaction that only reads, all from one moment.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn read(&self) -> Result<Transaction> {
        self.begin(self.dialect.begin_read(), None, TRANSACTION_LIMIT).await
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn write(&self) -> Result<Transaction> {
        self.write_within(TRANSACTION_LIMIT).await
    }

    /// Begins a transaction that may write, and may take up to `limit`.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn write_within(&self, limit: Duration) -> Result<Transaction> {
        let turn = if self.is_of_one_process() {
            let turn = timeout(ACQUIRE_TIMEOUT, self.turns.clone().lock_owned()).await;
            Some(turn.map_err(|_| DatabaseError::Unavailable(sqlx::Error::PoolTimedOut))?)
        } else {
            None
        };
        self.begin(self.dialect.begin_write(), turn, limit).await
    }

    async fn begin(
        &self,
        statement: &'static str,
        turn: Option<OwnedMutexGuard<()>>,
        limit: Duration,
    ) -> Result<Transaction> {
        Transaction::begin(&self.pool, self.dialect.clone(), statement, limit, turn).await
    }

    /// Listens on a channel to what the processes of this database send by [`Transaction::notify`].
    #[must_use]
    pub fn listen(&self, channel: &'static str) -> Listener {
        Listener::new(channel, self.dialect.server())
    }

    /// Checks that the database responds.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<()> {
        let deadline = Instant::now() + ACQUIRE_TIMEOUT;
        Ok(before(deadline, self.pool.execute("SELECT 1")).await.map(|_| ())?)
    }

    /// Closes all connections, once their transactions are over.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
