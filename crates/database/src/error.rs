//! What can go wrong with a database.

use std::{io, path::PathBuf};

use sqlx::migrate::MigrateError;

/// The result of a database call.
pub type Result<T> = std::result::Result<T, DatabaseError>;

/// Why the database did not carry a call out.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// Another row has that unique name already.
    #[error("a unique name is taken")]
    Duplicate,
    /// The database cannot be reached, or is too busy.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// Any other fault, of this program or of the database.
    #[error("the database failed: {0}")]
    Failed(#[source] sqlx::Error),
}

/// Why the database cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL names no database that Edgewise supports.
    #[error("the database URL must begin with sqlite:// or postgres://, such as sqlite://data/edgewise.db")]
    Url,
    /// The directory of the database cannot be created or written.
    #[error("the database directory `{path}` cannot be written: {source}")]
    Unwritable {
        /// The directory.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Another process has the database open.
    #[error("another process uses the database `{0}`: stop it, or use another --data-dir")]
    Locked(PathBuf),
    /// A newer Edgewise wrote the database.
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
        /// The file, or a word that gives nothing of the URL away.
        name: String,
        /// The cause.
        source: sqlx::Error,
    },
    /// The database cannot be written.
    #[error("the database cannot be written: {0}")]
    Unusable(#[source] DatabaseError),
}
