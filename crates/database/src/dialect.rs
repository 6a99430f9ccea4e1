//! The differences between the databases.

use std::sync::Arc;

use sqlx::error::DatabaseError;

use crate::{
    error::{DatabaseError as CallError, OpenError},
    postgres, sqlite,
};

/// A kind of database.
#[derive(Clone, Debug)]
pub(crate) enum Dialect {
    /// A file that only this process uses.
    Sqlite(Arc<sqlite::Lock>),
    /// A server that other processes may use too.
    Postgres(postgres::Server),
}

impl Dialect {
    /// Returns the dialect of a URL, and the URL to connect to.
    pub(crate) fn of(url: &str) -> Result<(Self, String), OpenError> {
        if let Some(file) = sqlite::file(url) {
            let lock = sqlite::Lock::acquire(&file)?;
            Ok((Self::Sqlite(Arc::new(lock)), sqlite::connection_url(&file)))
        } else if let Some(server) = postgres::Server::of(url) {
            Ok((Self::Postgres(server), url.to_owned()))
        } else {
            Err(OpenError::Url)
        }
    }

    /// Returns the name of the database for an error. The name does not contain the URL, which may contain a password.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Sqlite(lock) => format!("`{}`", lock.database().display()),
            Self::Postgres(_) => "server".to_owned(),
        }
    }

    /// Returns the maximum number of connections of one process.
    pub(crate) const fn max_connections(&self) -> u32 {
        match self {
            Self::Sqlite(_) => sqlite::MAX_CONNECTIONS,
            Self::Postgres(_) => postgres::MAX_CONNECTIONS,
        }
    }

    /// Returns the statement that begins a transaction on a consistent snapshot of the database.
    pub(crate) const fn begin_read(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::BEGIN_READ,
            Self::Postgres(_) => postgres::BEGIN_READ,
        }
    }

    /// Returns the statement that begins a transaction that may write.
    pub(crate) const fn begin_write(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::BEGIN_WRITE,
            Self::Postgres(_) => postgres::BEGIN_WRITE,
        }
    }

    /// Returns the first statements of every new connection.
    pub(crate) const fn after_connect(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::AFTER_CONNECT,
            Self::Postgres(_) => postgres::AFTER_CONNECT,
        }
    }

    /// Returns the statement that counts the tables with a name, in the schema where new tables would be created.
    pub(crate) const fn count_tables(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::COUNT_TABLES,
            Self::Postgres(_) => postgres::COUNT_TABLES,
        }
    }

    /// Returns the statement that sends a message on a channel, as part of a transaction. `None` if no other process can use
    /// the database.
    pub(crate) const fn notify(&self) -> Option<&'static str> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(_) => Some(postgres::NOTIFY),
        }
    }

    /// Returns the server that other processes may use too.
    pub(crate) fn server(&self) -> Option<postgres::Server> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(server) => Some(server.clone()),
        }
    }

    /// Returns whether no other process can use the database. Then a lock queues the writers of this process. SQLite
    /// itself admits one writer at a time, but in no particular order, so that a writer might wait for ever. Postgres
    /// queues writers at the row that each of them changes first.
    pub(crate) const fn is_single_process(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }
}

impl From<sqlx::Error> for CallError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(problem) if problem.is_unique_violation() => Self::Duplicate,
            sqlx::Error::Database(problem) if is_transient(problem.as_ref()) => Self::Unavailable(error),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            _ => Self::Failed(error),
        }
    }
}

/// Returns whether an error may disappear on a retry.
fn is_transient(error: &dyn DatabaseError) -> bool {
    sqlite::is_busy(error) || postgres::is_transient(error)
}
