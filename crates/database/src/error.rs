//! The errors of a database.

use std::{io, path::PathBuf};

use sqlx::migrate::MigrateError;

/// The result of a database call.
pub type Result<T> = std::result::Result<T, DatabaseError>;

/// The reason why a database call failed.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// Another row has the same unique value.
    #[error("another row has the same unique value")]
    Duplicate,
    /// The database cannot be reached, or is too busy.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// Any other error, of this program or of the database.
    #[error("the database failed: {0}")]
    Failed(#[source] sqlx::Error),
}

/// The reason why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL is not the URL of a supported database.
    #[error("the database URL must begin with sqlite:// or postgres://, such as sqlite://data/edgewise.db")]
    Url,
    /// The directory of the database cannot be created or written.
    #[error("the database directory `{path}` cannot be written: {source}")]
    Unwritable {
        /// The directory that cannot be written.
        path: PathBuf,
        /// The error of the file system.
        source: io::Error,
    },
    /// Another process has the database open.
    #[error("another process uses the database `{0}`: stop that process, or use another --data-dir")]
    Locked(PathBuf),
    /// A newer Edgewise wrote the database.
    #[error(
        "the database was written by a newer version of Edgewise (the database has migration {0}): use a version of \
         Edgewise that knows the migration"
    )]
    Newer(i64),
    /// A migration failed.
    #[error("a migration of the database failed: {0}: restore the backup, and report the error")]
    Migration(#[source] MigrateError),
    /// The database cannot be opened.
    #[error("the database {name} cannot be opened: {source}: check the path, or the value of --database-url")]
    Database {
        /// The path of the file, or a word without any part of the URL.
        name: String,
        /// The error of the database driver.
        source: sqlx::Error,
    },
    /// The database cannot be written.
    #[error("the database cannot be written: {0}")]
    Unusable(#[source] DatabaseError),
}
