//! The database: the only place that knows SQL.
//!
//! One set of statements serves every database through [`sqlx::Any`]; what differs stands in [`dialect`], and in a
//! module for each. Services open a [`Tx`], ask it for rows or for changes, and commit it.

mod audiences;
mod bounded;
mod dialect;
mod environments;
mod experiments;
mod imports;
mod listener;
mod listing;
mod postgres;
mod reference;
mod rows;
mod sqlite;
mod variants;
mod versions;

use std::{sync::Arc, time::Duration};

use futures_util::TryFutureExt;
use sqlx::{
    AnyConnection, AnyPool, Connection, Executor, SqlSafeStr,
    any::AnyPoolOptions,
    migrate::{MigrateError, Migration, MigrationType},
    query,
};
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    time::{Instant, timeout},
};

use bounded::{Bounded, TRANSACTION_LIMIT, before};
use dialect::Dialect;

pub use environments::Change;
pub use experiments::ExperimentFilter;
pub use imports::Times;
pub use listener::Listener;
pub use listing::ExperimentQuery;
pub use reference::{ReferenceError, ReferenceRows};
pub use rows::Stored;
pub use sqlite::url as sqlite_url;
pub use versions::{Content, LiveVersion, PublishState, RunningExperiment, Version};

/// How long a request waits for a connection, or for its turn to write, before it is told that the database is busy.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a transaction may take that writes a whole environment.
const IMPORT_LIMIT: Duration = Duration::from_mins(10);

/// Connections of one process at a time.
const MAX_CONNECTIONS: u32 = 16;

/// The database of a control plane.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    dialect: Dialect,
    /// Held by the writer whose turn it is, where they take turns.
    turns: Arc<Mutex<()>>,
}

/// A transaction. Dropping it undoes what it did.
#[derive(Debug)]
pub struct Tx {
    sql: Bounded,
    dialect: Dialect,
    /// Given back when the transaction is over.
    _turn: Option<OwnedMutexGuard<()>>,
}

/// Why the database did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something with that unique name exists already.
    #[error("a unique name is taken")]
    Duplicate,
    /// The database cannot be reached, or is too busy.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// Anything else: a fault of ours, or of the database.
    #[error("the database failed: {0}")]
    Failed(#[source] sqlx::Error),
}

/// Why the database cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL is not one we know.
    #[error("the database URL must begin with sqlite:// or postgres://, such as sqlite://data/edgewise.db")]
    Url,
    /// The directory of the database cannot be made or written.
    #[error("the database directory `{path}` cannot be written: {source}")]
    Unwritable {
        /// The directory.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process has the database open.
    #[error("another process uses the database `{0}`: stop it, or use another --data-dir")]
    Locked(std::path::PathBuf),
    /// The database was written by a newer Edgewise.
    #[error(
        "the database was written by a newer version of Edgewise (it has migration {0}): use that version"
    )]
    Newer(i64),
    /// The schema cannot be brought up to date.
    #[error("the database schema cannot be brought up to date: {0}")]
    Migration(#[source] MigrateError),
    /// The database cannot be opened.
    #[error("the database {name} cannot be opened: {source}: check the path, or what --database-url says")]
    Database {
        /// The file, or nothing that a URL could give away.
        name: String,
        /// Why.
        source: sqlx::Error,
    },
    /// The database cannot be written.
    #[error("the database cannot be written: {0}")]
    Unusable(#[source] StoreError),
}

fn migration(version: i64, description: &'static str, sql: &'static str) -> Migration {
    Migration::new(version, description.into(), MigrationType::Simple, sql.into_sql_str(), false)
}

/// Shorthand of this module.
pub type Result<T> = std::result::Result<T, StoreError>;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(problem) if problem.is_unique_violation() => Self::Duplicate,
            sqlx::Error::Database(problem) if dialect::is_passing(problem.as_ref()) => {
                Self::Unavailable(error)
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            _ => Self::Failed(error),
        }
    }
}

impl Store {
    /// Opens the database at `url`, and brings its schema up to date.
    ///
    /// # Errors
    /// [`OpenError`] says what to do.
    pub async fn open(url: &str) -> std::result::Result<Self, OpenError> {
        let store = Self::connect(url).await?;
        store.dialect.migrations().run(&store.pool).await.map_err(|error| match error {
            MigrateError::VersionMissing(version) => OpenError::Newer(version),
            error => OpenError::Migration(error),
        })?;
        if store.dialect.is_of_one_process() {
            // What an earlier process left behind when it was killed need not run out first.
            let mut tx = store.write().await.map_err(OpenError::Unusable)?;
            tx.release_all().await.map_err(OpenError::Unusable)?;
            tx.commit().await.map_err(OpenError::Unusable)?;
        }
        Ok(store)
    }

    /// Opens the database at `url` to look at it, as it is: nothing is made or brought up to date. `None` if nothing was
    /// ever kept in it.
    ///
    /// # Errors
    /// [`OpenError`] says what to do.
    pub async fn open_as_it_is(url: &str) -> std::result::Result<Option<Self>, OpenError> {
        if sqlite::file(url).is_some_and(|file| !file.exists()) {
            return Ok(None);
        }
        let store = Self::connect(url).await?;
        let tables = query(store.dialect.own_tables()).fetch_all(&store.pool).await;
        let tables = tables.map_err(|error| OpenError::Unusable(error.into()))?;
        Ok((!tables.is_empty()).then_some(store))
    }

    async fn connect(url: &str) -> std::result::Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        let (dialect, url) = Dialect::of(url)?;
        let failed = |source| OpenError::Database { name: dialect.name(), source };
        let after_connect = dialect.after_connect();
        // A pool would try again and again, and then say only that it took too long.
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
                // What was broken off is undone now. Over a connection that has fallen silent that takes for ever, and
                // the pool would never get the connection's place back.
                Box::pin(before(Instant::now() + ACQUIRE_TIMEOUT, connection.ping().map_ok(|()| true)))
            })
            .connect(&url)
            .await
            .map_err(failed)?;
        Ok(Self { pool, dialect, turns: Arc::default() })
    }

    /// Begins a transaction that only reads, all from one moment.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn read(&self) -> Result<Tx> {
        self.begin(self.dialect.begin_read(), None, TRANSACTION_LIMIT).await
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn write(&self) -> Result<Tx> {
        self.write_within(TRANSACTION_LIMIT).await
    }

    /// Begins a transaction that may write, and take its time: a whole environment is written in it.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn write_at_length(&self) -> Result<Tx> {
        self.write_within(IMPORT_LIMIT).await
    }

    async fn write_within(&self, limit: Duration) -> Result<Tx> {
        let turn = if self.dialect.is_of_one_process() {
            let turn = timeout(ACQUIRE_TIMEOUT, self.turns.clone().lock_owned()).await;
            Some(turn.map_err(|_| StoreError::Unavailable(sqlx::Error::PoolTimedOut))?)
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
    ) -> Result<Tx> {
        let sql = Bounded::begin(&self.pool, statement, limit).await?;
        Ok(Tx { sql, dialect: self.dialect.clone(), _turn: turn })
    }

    /// Somebody who hears of changes that become due, whichever process makes them.
    #[must_use]
    pub fn due_listener(&self) -> Listener {
        self.dialect.due_listener()
    }

    /// Somebody who hears of versions that are live, whichever process published them: the number and the environment's
    /// name, with a blank between them.
    #[must_use]
    pub fn published_listener(&self) -> Listener {
        self.dialect.published_listener()
    }

    /// Whether the database answers.
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

impl Tx {
    /// Makes what the transaction did last.
    ///
    /// # Errors
    /// If the database did not confirm it.
    pub async fn commit(self) -> Result<()> {
        Ok(self.sql.commit().await?)
    }
}
