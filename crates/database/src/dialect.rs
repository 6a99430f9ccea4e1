//! What differs between the databases.

use std::sync::Arc;

use sqlx::error::DatabaseError;

use crate::{
    error::{DatabaseError as Problem, OpenError},
    postgres, sqlite,
};

/// A kind of database.
#[derive(Clone, Debug)]
pub(crate) enum Dialect {
    /// A file that this process alone uses.
    Sqlite(Arc<sqlite::Lock>),
    /// A server that other processes may use too.
    Postgres(postgres::Server),
}

impl Dialect {
    /// The dialect that a URL names, and the URL to connect to.
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

    /// The name of the database in an error: never its URL, which may hold a password.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Sqlite(lock) => format!("`{}`", lock.database().display()),
            Self::Postgres(_) => "server".to_owned(),
        }
    }

    /// Begins a transaction whose statements all see one moment.
    pub(crate) const fn begin_read(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::BEGIN_READ,
            Self::Postgres(_) => postgres::BEGIN_READ,
        }
    }

    /// Begins a transaction that may write.
    pub(crate) const fn begin_write(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::BEGIN_WRITE,
            Self::Postgres(_) => postgres::BEGIN_WRITE,
        }
    }

    /// The first statements of every new connection.
    pub(crate) const fn after_connect(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::AFTER_CONNECT,
            Self::Postgres(_) => postgres::AFTER_CONNECT,
        }
    }

    /// Counts the tables of a name, if any, where new tables would be created.
    pub(crate) const fn count_tables(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::COUNT_TABLES,
            Self::Postgres(_) => postgres::COUNT_TABLES,
        }
    }

    /// Sends a message on a channel, as part of a transaction; nothing where other processes cannot listen.
    pub(crate) const fn notify(&self) -> Option<&'static str> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(_) => Some(postgres::NOTIFY),
        }
    }

    /// The server that other processes may use too.
    pub(crate) fn server(&self) -> Option<postgres::Server> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(server) => Some(server.clone()),
        }
    }

    /// Whether no other process can use the database. Then the writers of this process take turns: SQLite would admit
    /// writers one by one too, but by chance, so that one of many might never get its turn. Postgres queues writers itself,
    /// at the row that each of them changes first.
    pub(crate) const fn is_of_one_process(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }
}

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(problem) if problem.is_unique_violation() => Self::Duplicate,
            sqlx::Error::Database(problem) if is_passing(problem.as_ref()) => Self::Unavailable(error),
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable(error),
            _ => Self::Failed(error),
        }
    }
}

/// Whether a database reports a failure that may pass.
fn is_passing(error: &dyn DatabaseError) -> bool {
    sqlite::is_busy(error) || postgres::is_passing(error)
}
