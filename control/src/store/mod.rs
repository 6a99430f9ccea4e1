//! The database: the only place that knows SQL.
//!
//! One set of statements serves every database through [`sqlx::Any`]; what differs stands in a module for each
//! ([`sqlite`]). Services open a [`Tx`], ask it for rows or for changes, and commit it.

mod audiences;
mod environments;
mod experiments;
mod rows;
mod sqlite;
mod variants;
mod versions;

use std::{sync::Arc, time::Duration};

use sqlx::{Any, AnyPool, Executor, any::AnyPoolOptions, migrate::MigrateError};
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    time::timeout,
};

pub use environments::Change;
pub use experiments::ExperimentFilter;
pub use rows::Stored;
pub use versions::{Content, PublishState, RunningExperiment, Version, VersionState};

/// How long a request waits for a connection, or for its turn to write, before it is told that the database is busy.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// The database of a control plane.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    /// Writers of this process take turns in the order they came. SQLite would let them in one by one too, but
    /// by chance, so that one of many might never get its turn.
    turns: Arc<Mutex<()>>,
    _lock: Arc<sqlite::Lock>,
}

/// A transaction. Dropping it undoes what it did.
#[derive(Debug)]
pub struct Tx {
    sql: sqlx::Transaction<'static, Any>,
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
    #[error("`{0}` is not a database URL: use sqlite://PATH")]
    Url(String),
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
    #[error("the database cannot be opened: {0}")]
    Database(#[source] sqlx::Error),
}

/// Shorthand of this module.
pub type Result<T> = std::result::Result<T, StoreError>;

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(problem) if problem.is_unique_violation() => Self::Duplicate,
            sqlx::Error::Database(problem) if sqlite::is_busy(problem.as_ref()) => Self::Unavailable(error),
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
        sqlx::any::install_default_drivers();
        let file = sqlite::file(url).ok_or_else(|| OpenError::Url(url.to_owned()))?;
        let lock = sqlite::Lock::acquire(&file)?;
        let pool = AnyPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(sqlite::AFTER_CONNECT).await.map(|_| ()) })
            })
            .connect(&sqlite::url(&file))
            .await
            .map_err(OpenError::Database)?;
        sqlite::migrations().run(&pool).await.map_err(|error| match error {
            MigrateError::VersionMissing(version) => OpenError::Newer(version),
            error => OpenError::Migration(error),
        })?;
        Ok(Self { pool, turns: Arc::default(), _lock: lock.into() })
    }

    /// Begins a transaction that only reads, all from one moment.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn read(&self) -> Result<Tx> {
        Ok(Tx { sql: self.pool.begin_with(sqlite::BEGIN_READ).await?, _turn: None })
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// If the database is not available.
    pub async fn write(&self) -> Result<Tx> {
        let turn = timeout(ACQUIRE_TIMEOUT, self.turns.clone().lock_owned()).await;
        let turn = turn.map_err(|_| StoreError::Unavailable(sqlx::Error::PoolTimedOut))?;
        Ok(Tx { sql: self.pool.begin_with(sqlite::BEGIN_WRITE).await?, _turn: Some(turn) })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<()> {
        self.pool.execute("SELECT 1").await?;
        Ok(())
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
