//! What differs between the databases.

use std::sync::Arc;

use sqlx::{error::DatabaseError, migrate::Migrator};

use super::{OpenError, listener::Listener, postgres, sqlite};

/// A kind of database, and what keeps others off it.
#[derive(Clone, Debug)]
pub(super) enum Dialect {
    /// A file, used by this process alone.
    Sqlite(Arc<sqlite::Lock>),
    /// A server, shared with other control processes.
    Postgres(postgres::Server),
}

impl Dialect {
    /// The dialect that a URL names, and the URL to connect to.
    pub(super) fn of(url: &str) -> Result<(Self, String), OpenError> {
        if let Some(file) = sqlite::file(url) {
            let lock = sqlite::Lock::acquire(&file)?;
            Ok((Self::Sqlite(Arc::new(lock)), sqlite::connection_url(&file)))
        } else if let Some(server) = postgres::Server::of(url) {
            Ok((Self::Postgres(server), url.to_owned()))
        } else {
            Err(OpenError::Url)
        }
    }

    /// What to call the database in an error: never its URL, which may hold a password.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Sqlite(lock) => format!("`{}`", lock.database().display()),
            Self::Postgres(_) => "server".to_owned(),
        }
    }

    /// Begins a transaction whose statements all see one moment.
    pub(super) const fn begin_read(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::BEGIN_READ,
            Self::Postgres(_) => postgres::BEGIN_READ,
        }
    }

    /// Begins a transaction that may write.
    pub(super) const fn begin_write(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::BEGIN_WRITE,
            Self::Postgres(_) => postgres::BEGIN_WRITE,
        }
    }

    /// What every new connection is told first.
    pub(super) const fn after_connect(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::AFTER_CONNECT,
            Self::Postgres(_) => postgres::AFTER_CONNECT,
        }
    }

    /// The schema, step by step.
    pub(super) fn migrations(&self) -> Migrator {
        match self {
            Self::Sqlite(_) => sqlite::migrations(),
            Self::Postgres(_) => postgres::migrations(),
        }
    }

    /// Finds the tables of the schema, if there are any yet.
    pub(super) const fn own_tables(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite::OWN_TABLES,
            Self::Postgres(_) => postgres::OWN_TABLES,
        }
    }

    /// What tells other processes that a change has become due, as part of the transaction that has it so.
    pub(super) const fn tell_due(&self) -> Option<&'static str> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(_) => Some(postgres::TELL_DUE),
        }
    }

    /// What tells other processes that a version is live, as part of the transaction that records it: a statement that
    /// takes what to say.
    pub(super) const fn tell_published(&self) -> Option<&'static str> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(_) => Some(postgres::TELL_PUBLISHED),
        }
    }

    /// Hears what [`Dialect::tell_due`] tells.
    pub(super) fn due_listener(&self) -> Listener {
        Listener::new(postgres::DUE_CHANNEL, self.server())
    }

    /// Hears what [`Dialect::tell_published`] tells.
    pub(super) fn published_listener(&self) -> Listener {
        Listener::new(postgres::PUBLISHED_CHANNEL, self.server())
    }

    /// The server that other processes use too.
    fn server(&self) -> Option<postgres::Server> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(server) => Some(server.clone()),
        }
    }

    /// Whether no other process can use the database. Then writers of this one take turns: SQLite would let them
    /// in one by one too, but by chance, so that one of many might never get its turn. Postgres queues them itself,
    /// by environment.
    pub(super) const fn is_of_one_process(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }
}

/// Whether a database says that it cannot do it now, but might later.
pub(super) fn is_passing(error: &dyn DatabaseError) -> bool {
    sqlite::is_busy(error) || postgres::is_passing(error)
}
