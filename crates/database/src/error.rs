//! The errors of a database.

use std::{io, path::PathBuf};

use sqlx::migrate::MigrateError;

use crate::postgres::is_lost_statement;

/// The result of a database call.
pub type Result<T> = std::result::Result<T, DatabaseError>;

/// How to configure a pooler in front of Postgres.
const POOLER: &str = "connect to Postgres directly, set pool_mode = session, or use pgbouncer 1.21 or later with \
                      max_prepared_statements above 0 (docs/operations.md)";

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
    #[error("the database failed: {0}{advice}", advice = advice(.0))]
    Failed(#[source] sqlx::Error),
}

/// Returns what to do about an error that only a pooler causes.
fn advice(error: &sqlx::Error) -> String {
    if is_lost_statement(error) {
        format!(": the database is behind a pooler that keeps no prepared statements: {POOLER}")
    } else {
        String::new()
    }
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
    /// A pooler in front of the server keeps no prepared statements from one transaction to the next.
    #[error(
        "the database is behind a pooler that keeps no prepared statements, such as pgbouncer with pool_mode = \
         transaction: {POOLER}"
    )]
    SessionsLost,
    /// A pooler in front of the server refuses a setting of the driver.
    #[error(
        "the pooler in front of the database refuses the connection: {0}: set ignore_startup_parameters = \
         extra_float_digits in pgbouncer; further, {POOLER}"
    )]
    ParameterRefused(#[source] sqlx::Error),
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
